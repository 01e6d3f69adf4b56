/* SPDX-License-Identifier: Apache-2.0 */
/* bus_event - unit tests of events: order, loss, epochs, loops, threads, layouts, slow and leaving subscribers. */
#include "base/err.h"
#include "base/mem.h"
#include "bus/call.h"
#include "bus/event.h"
#include "bus/subscription.h"
#include "wire/shape.h"
#include "base/clock.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define PART(F, S) F(S, const char *, key) F(S, double, value)
TENON_MESSAGE(part, PART);
#define NEWS(F, S) F(S, int64_t, n) F(S, const char *, text) F(S, struct tenon_strs, words) F(S, struct tenon_map, map) F(S, struct tenon_json, json) \
	F(S, struct part_list, parts, TENON_MANY(part)) F(S, struct part, one, TENON_SUB(part))
TENON_MESSAGE(news, NEWS);
/* the same to the eye of another build: other order, another field, fewer of them */
#define PART_TOO(F, S) F(S, double, weight) F(S, double, value) F(S, const char *, key)
TENON_MESSAGE(part_too, PART_TOO);
#define NEWS_TOO(F, S) F(S, double, weight, .dflt = "2.5") F(S, struct part_too_list, parts, TENON_MANY(part_too)) F(S, const char *, text) F(S, int64_t, n)
TENON_MESSAGE(news_too, NEWS_TOO);
/* a build that went astray */
#define NEWS_ODD(F, S) F(S, const char *, n)
TENON_MESSAGE(news_odd, NEWS_ODD);

static const struct tenon_topic topics[] = { { "paper.news.world", &news_table, "" }, { "paper.news.local", &news_table, "" },
	{ "paper.weather", &news_table, "" }, { 0 } };
static const struct tenon_method none[] = { { 0 } };
static const struct tenon_plugin paper = { .size = sizeof paper, .name = "paper", .interface = "test", .version = "1", .methods = none, .topics = topics };
static const struct tenon_plugin reader = { .size = sizeof reader, .name = "reader", .interface = "test", .version = "1", .methods = none };

/* ---- the rig: a publisher, two readers at home on loops of their own ---- */

struct seen {
	atomic_int count, naps, cancelled;
	atomic_int upto;           /* the newest seq, set when all else is */
	int64_t lost, last_seq, epoch, sum, gap_errors, order_errors;
	char text[64], workspace[32], topic[64], instance[32];
	bool deep;
	int64_t nap;               /* ms, for the first event */
};

static struct bus bus;
static struct loop *loops[2];
static pthread_t threads[2];
static struct instance *press, *near, *far;
static struct seen at_near, at_far;

static void *run_loop(void *arg)
{
	loop_run(arg);
	return NULL;
}

static struct instance *add(const struct tenon_plugin *p, const char *name, struct loop *home, void *self)
{
	struct instance *in;
	struct err e = { 0 };

	if (bus_add(&bus, p, name, home, &in, &e) < 0)
		fail_msg("%s", e.text);
	in->self = self;
	atomic_store(&in->state, INSTANCE_STARTED);
	return in;
}

static int set_up(void **state)
{
	(void)state;
	memset(&at_near, 0, sizeof at_near);
	memset(&at_far, 0, sizeof at_far);
	bus_init(&bus);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(loop_open(&loops[i], i, NULL), TENON_OK);
	press = add(&paper, "press", loops[0], NULL);
	near = add(&reader, "near", loops[0], &at_near);
	far = add(&reader, "far", loops[1], &at_far);
	for (unsigned i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, run_loop, loops[i]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	subscription_stop(near);
	subscription_stop(far);
	for (unsigned i = 0; i < 2; i++) {
		loop_stop(loops[i]);
		pthread_join(threads[i], NULL);
	}
	bus_free(&bus);
	for (unsigned i = 0; i < 2; i++)
		loop_close(loops[i]);
	return 0;
}

static void publish_as(struct instance *in, const char *workspace, const char *topic, int64_t n, const char *text)
{
	struct tenon_call c = { .host = &in->host, .workspace = workspace, .trace = "0123456789abcdef0123456789abcdef" };
	struct news news = { .has = { .n = 1, .text = 1 }, .n = n, .text = text };
	TENON_PUBLISH(&c, topic, news, &news);
}

static void publish(const char *topic, int64_t n) { publish_as(press, "default", topic, n, "x"); }

static int on_news(struct tenon_call *c, const struct tenon_event *ev)
{
	struct seen *s = c->self;
	const struct news *news = ev->payload;

	if (s->nap > 0) {
		int64_t ms = s->nap;
		s->nap = 0;
		atomic_fetch_add(&s->naps, 1);
		if (tenon_sleep(c, ms) == TENON_CANCELLED)
			atomic_fetch_add(&s->cancelled, 1);
	}
	s->gap_errors += ev->seq != (ev->epoch == s->epoch ? s->last_seq : 0) + 1 + ev->lost;
	s->order_errors += ev->epoch == s->epoch && ev->seq <= s->last_seq;
	s->last_seq = ev->seq;
	s->epoch = ev->epoch;
	s->lost += ev->lost;
	s->sum += news->n;
	snprintf(s->text, sizeof s->text, "%s", news->text);
	snprintf(s->workspace, sizeof s->workspace, "%s", c->workspace);
	snprintf(s->topic, sizeof s->topic, "%s", ev->topic);
	snprintf(s->instance, sizeof s->instance, "%s", ev->instance);
	if (strcmp(c->principal, "system") != 0 || strcmp(c->trace, "0123456789abcdef0123456789abcdef") != 0)
		s->order_errors += 1000;
	atomic_fetch_add(&s->count, 1);
	atomic_store(&s->upto, (int)ev->seq);
	return TENON_OK;
}

static bool wait_until(atomic_int *x, int least)
{
	for (int i = 0; i < 20000 && atomic_load(x) < least; i++)
		usleep(1000);
	return atomic_load(x) >= least;
}

static void keep(void *arg, const struct subscription_state *s) { *(struct subscription_state *)arg = *s; }

/* of the only subscription */
static struct subscription_state state_now(void)
{
	struct subscription_state s = { 0 };
	subscription_each(&bus, keep, &s);
	return s;
}

/* ---- tests ---- */

static void events_come_in_order_to_every_loop(void **state)
{
	(void)state;
	assert_int_equal(tenon_subscribe(&near->host, "paper.news.world", on_news, &news_table), TENON_OK);
	assert_int_equal(tenon_subscribe(&far->host, "paper.news.world", on_news, &news_table), TENON_OK);
	publish("paper.weather", 1000000);
	for (int i = 1; i <= 500; i++)
		publish("paper.news.world", i);
	publish_as(press, "other", "paper.news.world", 0, "the last");
	assert_true(wait_until(&at_near.count, 501) && wait_until(&at_far.count, 501));
	struct seen *all[] = { &at_near, &at_far };
	for (int i = 0; i < 2; i++) {
		assert_int_equal(all[i]->sum, 500 * 501 / 2);
		assert_int_equal(all[i]->last_seq, 501);
		assert_int_equal(all[i]->order_errors + all[i]->gap_errors + all[i]->lost, 0);
		assert_string_equal(all[i]->text, "the last");
		assert_string_equal(all[i]->workspace, "other");
		assert_string_equal(all[i]->topic, "paper.news.world");
		assert_string_equal(all[i]->instance, "press");
	}
	assert_true(at_near.epoch > 0 && at_near.epoch == at_far.epoch);
}

static void a_pattern_takes_all_below_it_and_each_topic_counts_for_itself(void **state)
{
	(void)state;
	assert_int_equal(tenon_subscribe(&near->host, "paper.news.*", on_news, &news_table), TENON_OK);
	assert_int_equal(tenon_subscribe(&far->host, "*", on_news, &news_table), TENON_OK);
	publish("paper.news.world", 1);
	publish("paper.news.local", 2);
	publish("paper.weather", 4);
	publish("paper.news.local", 8);
	assert_true(wait_until(&at_near.count, 3) && wait_until(&at_far.count, 4));
	assert_int_equal(at_near.sum, 11);
	assert_int_equal(at_near.last_seq, 2);
	assert_int_equal(at_far.sum, 15);
}

static void a_restart_of_the_publisher_is_a_new_epoch(void **state)
{
	(void)state;
	assert_int_equal(tenon_subscribe(&near->host, "paper.weather", on_news, &news_table), TENON_OK);
	for (int i = 0; i < 5; i++)
		publish("paper.weather", i);
	assert_true(wait_until(&at_near.count, 5));
	int64_t epoch = at_near.epoch;
	event_epoch(press);
	publish("paper.weather", 7);
	assert_true(wait_until(&at_near.count, 6));
	assert_int_equal(at_near.last_seq, 1);
	assert_true(at_near.epoch != epoch);
	assert_int_equal(at_near.gap_errors, 0);
}

static void *publish_many(void *arg)
{
	(void)arg;
	for (int i = 0; i < 25000; i++)
		publish("paper.news.world", 1);
	return NULL;
}

static void four_workers_publish_and_every_event_is_handed_or_counted(void **state)
{
	pthread_t workers[4];

	(void)state;
	assert_int_equal(tenon_subscribe(&near->host, "paper.news.world", on_news, &news_table), TENON_OK);
	assert_int_equal(tenon_subscribe(&far->host, "paper.news.world", on_news, &news_table), TENON_OK);
	int64_t began = clock_ns();
	for (int i = 0; i < 4; i++)
		pthread_create(&workers[i], NULL, publish_many, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(workers[i], NULL);
	print_message("# 4 threads, 2 subscribers: %.0f ns an event\n", (double)(clock_ns() - began) / 1e5);
	struct seen *all[] = { &at_near, &at_far };
	for (int i = 0; i < 2; i++) {
		assert_true(wait_until(&all[i]->upto, 100000));
		assert_int_equal(all[i]->last_seq, 100000);
		assert_int_equal(atomic_load(&all[i]->count) + all[i]->lost, 100000);
		assert_int_equal(all[i]->order_errors + all[i]->gap_errors, 0);
		assert_int_equal(all[i]->sum, atomic_load(&all[i]->count));
	}
}

static void a_slow_subscriber_loses_the_oldest_and_holds_up_nobody(void **state)
{
	(void)state;
	at_near.nap = 300;
	assert_int_equal(tenon_subscribe(&near->host, "paper.news.world", on_news, &news_table), TENON_OK);
	publish("paper.news.world", 1);
	assert_true(wait_until(&at_near.naps, 1));
	int64_t began = clock_ns();
	for (int i = 0; i < 5000; i++)
		publish("paper.news.world", 1);
	assert_true(clock_ns() - began < 250000000); /* it slept all the while */
	struct subscription_state s = state_now();
	assert_int_equal(s.queued, SUBSCRIPTION_EVENTS);
	assert_int_equal(s.lost, 5000 - SUBSCRIPTION_EVENTS);
	assert_true(wait_until(&at_near.count, 1 + SUBSCRIPTION_EVENTS));
	assert_int_equal(at_near.lost, 5000 - SUBSCRIPTION_EVENTS);
	assert_int_equal(at_near.last_seq, 5001);
	assert_int_equal(at_near.gap_errors, 0);
	began = clock_ns();
	for (int i = 0; i < 100000; i++)
		publish("paper.weather", 1);
	print_message("# no subscriber: %.0f ns an event\n", (double)(clock_ns() - began) / 1e5);
}

static int on_deep(struct tenon_call *c, const struct tenon_event *ev)
{
	struct seen *s = c->self;
	const struct news *n = ev->payload;

	s->deep = n->has.words && n->words.n == 2 && strcmp(n->words.v[1], "two") == 0 && n->map.n == 1 && strcmp(n->map.v[0].value, "v") == 0 &&
	          n->json.n == 2 && memcmp(n->json.p, "{}", 2) == 0 && n->parts.n == 2 && strcmp(n->parts.v[1].key, "q") == 0 &&
	          n->parts.v[1].value == 0.5 && strcmp(n->one.key, "one") == 0 && !n->has.n && n->text != NULL && *n->text == '\0';
	atomic_fetch_add(&s->count, 1);
	return TENON_OK;
}

static int on_other_layout(struct tenon_call *c, const struct tenon_event *ev)
{
	struct seen *s = c->self;
	const struct news_too *n = ev->payload;

	s->deep = n->parts.n == 2 && strcmp(n->parts.v[1].key, "q") == 0 && n->parts.v[1].value == 0.5 && n->weight == 2.5 && !n->has.weight && !n->has.n;
	atomic_fetch_add(&s->count, 1);
	return TENON_OK;
}

/* what the publisher's message points to is gone when it is read */
static void publish_deep(void)
{
	char words[2][8] = { "one", "two" }, key[8] = "k", value[8] = "v", json[8] = "{}", q[8] = "q", one[8] = "one";
	const char *list[] = { words[0], words[1] };
	struct tenon_pair pair = { key, value };
	struct part parts[] = { { .has = { 1, 1 }, .key = key }, { .has = { 1, 1 }, .key = q, .value = 0.5 } };
	struct news n = { .has = { .words = 1, .map = 1, .json = 1, .parts = 1, .one = 1 }, .words = { list, 2 }, .map = { &pair, 1 }, .json = { json, 2 },
	                  .parts = { parts, 2 }, .one = { .has = { .key = 1 }, .key = one } };
	struct tenon_call c = { .host = &press->host, .workspace = "default" };

	TENON_PUBLISH(&c, "paper.weather", news, &n);
	memset(words, 'z', sizeof words);
	memset(parts, 'z', sizeof parts);
	memset(list, 'z', sizeof list);
	q[0] = one[0] = json[0] = value[0] = 'z';
}

static void a_payload_is_copied_whole_also_into_another_layout(void **state)
{
	(void)state;
	assert_int_equal(tenon_subscribe(&near->host, "paper.weather", on_deep, &news_table), TENON_OK);
	assert_int_equal(tenon_subscribe(&far->host, "paper.weather", on_other_layout, &news_too_table), TENON_OK);
	publish_deep();
	assert_true(wait_until(&at_near.count, 1) && wait_until(&at_far.count, 1));
	assert_true(at_near.deep);
	assert_true(at_far.deep);
}

static void what_cannot_be_read_is_lost_and_counted(void **state)
{
	(void)state;
	assert_int_equal(tenon_subscribe(&near->host, "paper.weather", on_news, &news_odd_table), TENON_OK);
	publish("paper.weather", 1);
	publish("paper.weather", 2);
	assert_int_equal(state_now().lost, 2);
	assert_int_equal(atomic_load(&at_near.count), 0);
}

static void nothing_comes_before_the_start_or_after_the_drain(void **state)
{
	(void)state;
	atomic_store(&near->state, INSTANCE_CREATED);
	assert_int_equal(tenon_subscribe(&near->host, "paper.weather", on_news, &news_table), TENON_OK);
	publish("paper.weather", 1);
	usleep(20000);
	assert_int_equal(atomic_load(&at_near.count), 0);
	atomic_store(&near->state, INSTANCE_STARTED);
	subscription_start(near);
	assert_true(wait_until(&at_near.count, 1));
	at_near.nap = 60000;
	for (int i = 0; i < 10; i++)
		publish("paper.weather", 1);
	assert_true(wait_until(&at_near.naps, 1));
	int64_t began = clock_ns();
	subscription_stop(near);
	assert_true(clock_ns() - began < 5000000000);
	assert_int_equal(atomic_load(&at_near.cancelled), 1);
	assert_int_equal(atomic_load(&at_near.count), 2);
	publish("paper.weather", 1);
	usleep(20000);
	assert_int_equal(atomic_load(&at_near.count), 2);
	/* and again, as a restart does it */
	assert_int_equal(tenon_subscribe(&near->host, "paper.weather", on_news, &news_table), TENON_OK);
	subscription_start(near);
	publish("paper.weather", 1);
	assert_true(wait_until(&at_near.count, 3));
	assert_int_equal(atomic_load(&at_near.count), 3); /* once, not twice */
}

static void a_queue_is_bounded_in_bytes_too(void **state)
{
	static char large[1 << 20];

	(void)state;
	memset(large, 'x', sizeof large - 1);
	atomic_store(&near->state, INSTANCE_CREATED);
	assert_int_equal(tenon_subscribe(&near->host, "paper.weather", on_news, &news_table), TENON_OK);
	for (int i = 0; i < 50; i++)
		publish_as(press, "default", "paper.weather", 1, large);
	struct subscription_state s = state_now();
	assert_in_range(s.queued, 6, 8);
	assert_int_equal(s.queued + (size_t)s.lost, 50);
}

static void without_memory_an_event_is_lost_and_nobody_fails(void **state)
{
	(void)state;
	assert_int_equal(tenon_subscribe(&near->host, "paper.weather", on_news, &news_table), TENON_OK);
	mem_fail_nth(1);
	publish("paper.weather", 1);
	mem_fail_nth(0);
	publish("paper.weather", 2);
	assert_true(wait_until(&at_near.count, 1));
	assert_int_equal(at_near.lost, 1);
	assert_int_equal(at_near.sum, 2);
	assert_int_equal(at_near.gap_errors, 0);
}

static void subscribing_without_memory_leaves_nothing_behind(void **state)
{
	int rc = TENON_NO_MEMORY, failures = 0;

	(void)state;
	for (long nth = 1; rc == TENON_NO_MEMORY && nth < 20; nth++) {
		mem_fail_nth(nth);
		rc = tenon_subscribe(&near->host, "paper.weather", on_news, &news_table);
		mem_fail_nth(0);
		failures += rc == TENON_NO_MEMORY;
	}
	assert_int_equal(rc, TENON_OK);
	assert_in_range(failures, 2, 5);
	publish("paper.weather", 3);
	assert_true(wait_until(&at_near.count, 1));
	assert_int_equal(at_near.sum, 3); /* by one subscription */
	usleep(10000);
	assert_int_equal(atomic_load(&at_near.count), 1);
}

static void wrong_names_and_patterns_are_refused(void **state)
{
	static const struct tenon_topic odd[] = { { "Paper.News", &news_table, "" }, { 0 } }, twice[] = { { "a.b", &news_table, "" }, { "a.b", &news_table, "" }, { 0 } };
	struct tenon_plugin p = paper;
	struct instance *in;
	struct err e = { 0 };

	(void)state;
	const char *bad[] = { "", "paper", "paper.", ".news", "a..b", "*.news", "paper.*.x", "paper*", "Paper.news", ".*", "**", "a b.c" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(tenon_subscribe(&near->host, bad[i], on_news, &news_table), TENON_INVALID_ARGUMENT);
	assert_true(event_pattern_ok("*") && event_pattern_ok("a.*") && event_pattern_ok("a.b") && event_pattern_ok("a.b.*"));
	assert_false(event_matches("paper.news.*", "paper.newspaper.x"));
	p.topics = odd;
	assert_int_equal(bus_add(&bus, &p, "odd", loops[0], &in, &e), TENON_INVALID_ARGUMENT);
	assert_non_null(strstr(e.text, "\"Paper.News\" is no name for a topic"));
	p.topics = twice;
	e = (struct err){ 0 };
	assert_int_equal(bus_add(&bus, &p, "twice", loops[0], &in, &e), TENON_ALREADY_EXISTS);
	p = paper;
	p.size = offsetof(struct tenon_plugin, topics); /* of a build that knew of no topics */
	assert_int_equal(bus_add(&bus, &p, "old", loops[0], &in, &e), TENON_OK);
	assert_int_equal(in->topics.n, 0);
	publish("paper.nothing", 1); /* logged, dropped */
	assert_int_equal(atomic_load(&bus.events.serial), 0);
}

static void count_tap(void *arg, const struct event *ev) { *(int64_t *)arg += ev->seq; }

static void the_core_taps_and_leaves(void **state)
{
	int64_t sum = 0;

	(void)state;
	struct tap *tap = event_tap(&bus, "paper.*", count_tap, &sum);
	publish("paper.weather", 1);
	publish("paper.weather", 1);
	assert_int_equal(sum, 3);
	long long serial = atomic_load(&bus.events.serial);
	assert_false(event_since(&bus, "*", serial));
	event_untap(&bus, tap);
	publish("paper.weather", 1);
	assert_int_equal(sum, 3);
	assert_true(event_since(&bus, "paper.*", serial));
	assert_false(event_since(&bus, "paper.news.*", serial));
}

static void events_of_an_instance_elsewhere_keep_their_numbers(void **state)
{
	struct news news = { .has = { .n = 1 }, .n = 5, .text = "" };
	const struct shape *shape;

	(void)state;
	assert_int_equal(shape_get(&news_table, &shape, NULL), TENON_OK);
	struct event ev = { .instance = press, .topic = "paper.weather", .workspace = "w", .trace = "0123456789abcdef0123456789abcdef", .epoch = 77, .seq = 1,
	                    .payload = &news, .shape = shape };
	assert_int_equal(tenon_subscribe(&far->host, "paper.weather", on_news, &news_table), TENON_OK);
	assert_int_equal(event_deliver(&bus, &ev), TENON_OK);
	assert_true(wait_until(&at_far.count, 1));
	assert_int_equal(at_far.epoch, 77);
	assert_int_equal(at_far.last_seq, 1);
	ev.topic = "paper.nothing";
	assert_int_equal(event_deliver(&bus, &ev), TENON_NOT_FOUND);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(events_come_in_order_to_every_loop), T(a_pattern_takes_all_below_it_and_each_topic_counts_for_itself),
		T(a_restart_of_the_publisher_is_a_new_epoch), T(four_workers_publish_and_every_event_is_handed_or_counted),
		T(a_slow_subscriber_loses_the_oldest_and_holds_up_nobody), T(a_payload_is_copied_whole_also_into_another_layout),
		T(what_cannot_be_read_is_lost_and_counted), T(nothing_comes_before_the_start_or_after_the_drain), T(a_queue_is_bounded_in_bytes_too),
		T(without_memory_an_event_is_lost_and_nobody_fails),
		T(subscribing_without_memory_leaves_nothing_behind), T(wrong_names_and_patterns_are_refused), T(the_core_taps_and_leaves),
		T(events_of_an_instance_elsewhere_keep_their_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
