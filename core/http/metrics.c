/* SPDX-License-Identifier: Apache-2.0 */
/* metrics - everything that is counted, in Prometheus' text format 0.0.4. A family's samples stand together, as it demands. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "bus/bus.h"
#include "bus/lane.h"
#include "bus/subscription.h"
#include "loop/fiber.h"
#include "operation.h"
#include "server.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void family(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static unsigned long long load(const atomic_ullong *x) { return atomic_load_explicit(x, memory_order_relaxed); }

static unsigned long long count(const struct meter *m)
{
	unsigned long long n = 0;
	for (int i = 0; i <= METER_BUCKETS; i++)
		n += load(&m->bucket[i]);
	return n;
}

/* ---- methods: those that were called at least once ---- */

static void print_outcomes(struct buf *b, const struct method *m)
{
	for (int i = 0; i < METER_CODES; i++)
		if (load(&m->meter.outcome[i]) > 0)
			buf_printf(b, "tenon_calls_total{method=\"%s\",code=\"%s\"} %llu\n", m->name, error_name(-i), load(&m->meter.outcome[i]));
}

static void print_running(struct buf *b, const struct method *m)
{
	buf_printf(b, "tenon_calls_running{method=\"%s\"} %ld\n", m->name, atomic_load_explicit(&m->meter.running, memory_order_relaxed));
}

static void print_latency(struct buf *b, const struct method *m)
{
	unsigned long long n = 0;

	for (int i = 0; i < METER_BUCKETS; i++) {
		n += load(&m->meter.bucket[i]);
		buf_printf(b, "tenon_call_seconds_bucket{method=\"%s\",le=\"%g\"} %llu\n", m->name, meter_bounds[i], n);
	}
	buf_printf(b, "tenon_call_seconds_bucket{method=\"%s\",le=\"+Inf\"} %llu\n", m->name, count(&m->meter));
	buf_printf(b, "tenon_call_seconds_sum{method=\"%s\"} %.9f\n", m->name, (double)load(&m->meter.sum_ns) / 1e9);
	buf_printf(b, "tenon_call_seconds_count{method=\"%s\"} %llu\n", m->name, count(&m->meter));
}

static void each_method(struct buf *b, const struct bus *bus, void (*print)(struct buf *, const struct method *))
{
	MAP_EACH(&bus->instances, s) {
		const struct instance *in = s->value;
		MAP_EACH(&in->methods, t) {
			const struct method *m = t->value;
			if (count(&m->meter) > 0 || atomic_load_explicit(&m->meter.running, memory_order_relaxed) > 0)
				print(b, m);
		}
	}
}

/* ---- instances ---- */

static void print_lanes(struct buf *b, const struct bus *bus)
{
	family(b, "tenon_lane_queued", "gauge", "calls that wait for a worker");
	MAP_EACH(&bus->instances, s) {
		const struct instance *in = s->value;
		for (size_t i = 0; i < in->n_lanes; i++)
			buf_printf(b, "tenon_lane_queued{instance=\"%s\",lane=\"%s\"} %zu\n", in->name, lane_name(in->lanes[i]), lane_queued(in->lanes[i]));
	}
	family(b, "tenon_instance_up", "gauge", "1 when the instance is started");
	MAP_EACH(&bus->instances, s) {
		struct instance *in = s->value;
		buf_printf(b, "tenon_instance_up{instance=\"%s\",plugin=\"%s/%s\"} %d\n", in->name, in->plugin->interface, in->plugin->name,
		           atomic_load(&in->state) == INSTANCE_STARTED);
	}
}

/* One gauge: all instances of its interface have their sample here, under the first instance that has it. */
static void print_gauge(struct buf *b, const struct bus *bus, const struct instance *first, const char *name)
{
	MAP_EACH(&bus->instances, s) {
		struct instance *in = s->value;
		if (strcmp(in->plugin->interface, first->plugin->interface) != 0)
			continue;
		pthread_mutex_lock(&in->gauge_lock);
		const double *x = map_get(&in->gauges, name);
		if (x != NULL)
			buf_printf(b, "tenon_%s_%s{instance=\"%s\"} %.17g\n", in->plugin->interface, name, in->name, *x);
		pthread_mutex_unlock(&in->gauge_lock);
	}
}

static bool printed_before(const struct bus *bus, const struct instance *in, const char *name)
{
	MAP_EACH(&bus->instances, s) {
		struct instance *other = s->value;
		if (other == in)
			return false;
		if (strcmp(other->plugin->interface, in->plugin->interface) != 0)
			continue;
		pthread_mutex_lock(&other->gauge_lock);
		bool has = map_get(&other->gauges, name) != NULL;
		pthread_mutex_unlock(&other->gauge_lock);
		if (has)
			return true;
	}
	return false;
}

enum { MOST_GAUGES = 256 };

static void print_gauges(struct buf *b, const struct bus *bus)
{
	MAP_EACH(&bus->instances, s) {
		struct instance *in = s->value;
		const char *names[MOST_GAUGES];
		size_t n = 0;
		pthread_mutex_lock(&in->gauge_lock); /* keys never go away */
		MAP_EACH(&in->gauges, t)
			if (n < MOST_GAUGES)
				names[n++] = t->key;
		pthread_mutex_unlock(&in->gauge_lock);
		for (size_t i = 0; i < n; i++) {
			if (printed_before(bus, in, names[i]))
				continue;
			size_t length = strlen(names[i]);
			bool total = length > 6 && strcmp(names[i] + length - 6, "_total") == 0;
			buf_printf(b, "# TYPE tenon_%s_%s %s\n", in->plugin->interface, names[i], total ? "counter" : "gauge");
			print_gauge(b, bus, in, names[i]);
		}
	}
}

/* ---- events ---- */

static void print_lost(void *arg, const struct subscription_state *s)
{
	buf_printf(arg, "tenon_events_lost_total{instance=\"%s\",pattern=\"%s\"} %lld\n", s->instance, s->pattern, s->lost);
}

static void print_handed(void *arg, const struct subscription_state *s)
{
	buf_printf(arg, "tenon_events_handed_total{instance=\"%s\",pattern=\"%s\"} %lld\n", s->instance, s->pattern, s->handed);
}

static void print_waiting(void *arg, const struct subscription_state *s)
{
	buf_printf(arg, "tenon_events_queued{instance=\"%s\",pattern=\"%s\"} %zu\n", s->instance, s->pattern, s->queued);
}

static void print_events(struct buf *b, struct bus *bus)
{
	family(b, "tenon_events_published_total", "counter", "events by topic");
	MAP_EACH(&bus->instances, s) {
		struct instance *in = s->value;
		MAP_EACH(&in->topics, n) {
			const struct topic *t = n->value;
			buf_printf(b, "tenon_events_published_total{instance=\"%s\",topic=\"%s\"} %lld\n", in->name, n->key,
			           atomic_load_explicit(&t->published, memory_order_relaxed));
		}
	}
	family(b, "tenon_events_handed_total", "counter", "events that a subscription was handed");
	subscription_each(bus, print_handed, b);
	family(b, "tenon_events_lost_total", "counter", "events that a subscription missed, mostly since its queue was full");
	subscription_each(bus, print_lost, b);
	family(b, "tenon_events_queued", "gauge", "events that wait for a subscription");
	subscription_each(bus, print_waiting, b);
}

/* ---- the door ---- */

static void print_door(struct buf *b, struct door *d)
{
	family(b, "tenon_http_requests_total", "counter", "answers by the first digit of their status");
	for (int i = 1; i < 6; i++)
		buf_printf(b, "tenon_http_requests_total{status=\"%dxx\"} %llu\n", i, load(&d->answers[i]));
	family(b, "tenon_http_refused_total", "counter", "requests and connections that a limit or a check ended");
	for (int i = 0; i < REFUSALS; i++)
		buf_printf(b, "tenon_http_refused_total{limit=\"%s\"} %llu\n", refusal_name((enum refusal)i), load(&d->refused[i]));
	family(b, "tenon_http_clients_left_total", "counter", "requests whose client was gone before the end of the answer");
	buf_printf(b, "tenon_http_clients_left_total %llu\n", load(&d->left));
	family(b, "tenon_http_connections", "gauge", "open connections");
	for (size_t i = 0; i < d->n_servers; i++)
		buf_printf(b, "tenon_http_connections{loop=\"%zu\"} %zu\n", i, atomic_load(&d->servers[i].connections));
	family(b, "tenon_http_requests_running", "gauge", "requests that are not answered yet");
	for (size_t i = 0; i < d->n_servers; i++)
		buf_printf(b, "tenon_http_requests_running{loop=\"%zu\"} %zu\n", i, atomic_load(&d->servers[i].requests));
	family(b, "tenon_http_body_bytes", "gauge", "memory of bodies that are being collected");
	buf_printf(b, "tenon_http_body_bytes %lld\n", atomic_load(&d->body_memory));
}

/* ---- the process ---- */

static long resident_bytes(void)
{
	long pages = 0, size;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return 0;
	if (fscanf(f, "%ld %ld", &size, &pages) != 2)
		pages = 0;
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static long open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	long n = -3; /* `.`, `..` and this one */

	if (dir == NULL)
		return 0;
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static void print_process(struct buf *b, struct door *d)
{
	struct rusage used;
	struct rlimit files = { 0 };

	getrusage(RUSAGE_SELF, &used);
	getrlimit(RLIMIT_NOFILE, &files);
	family(b, "process_resident_memory_bytes", "gauge", "memory in RAM");
	buf_printf(b, "process_resident_memory_bytes %ld\n", resident_bytes());
	family(b, "process_open_fds", "gauge", "open files and sockets");
	buf_printf(b, "process_open_fds %ld\n", open_files());
	family(b, "process_max_fds", "gauge", "how many may be open");
	buf_printf(b, "process_max_fds %llu\n", (unsigned long long)files.rlim_cur);
	family(b, "process_cpu_seconds_total", "counter", "user and system time");
	buf_printf(b, "process_cpu_seconds_total %.6f\n", (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
	family(b, "process_start_time_seconds", "gauge", "unix time of the start");
	buf_printf(b, "process_start_time_seconds %.3f\n", (double)d->started_ms / 1e3);
	family(b, "tenon_uptime_seconds", "gauge", "since the start");
	buf_printf(b, "tenon_uptime_seconds %.3f\n", (double)(clock_unix_ms() - d->started_ms) / 1e3);
	family(b, "tenon_fibers", "gauge", "fibers of the loop that answers this");
	buf_printf(b, "tenon_fibers %lu\n", fiber_count());
}

void metrics_print(struct door *d, struct buf *b)
{
	family(b, "tenon_up", "gauge", "1");
	buf_adds(b, "tenon_up 1\n");
	family(b, "tenon_calls_total", "counter", "calls by method and outcome");
	each_method(b, d->bus, print_outcomes);
	family(b, "tenon_call_seconds", "histogram", "how long calls took");
	each_method(b, d->bus, print_latency);
	family(b, "tenon_calls_running", "gauge", "calls that run or wait");
	each_method(b, d->bus, print_running);
	print_lanes(b, d->bus);
	print_gauges(b, d->bus);
	print_events(b, d->bus);
	print_door(b, d);
	print_process(b, d);
}
