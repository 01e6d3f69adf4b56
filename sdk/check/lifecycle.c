/* SPDX-License-Identifier: Apache-2.0 */
/* lifecycle - made and destroyed again and again, with bad settings, twice at once. */
#include "base/err.h"
#include "base/mem.h"
#include "bus/bus.h"
#include "groups.h"
#include "heap.h"
#include "stage.h"
#include "suite.h"
#include "wire/shape.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WARM = 100, ROUNDS = 1000, STARTS = 12, BYTES_A_ROUND = 16 };

/* ---- create and destroy, without a loop ---- */

struct nursery { struct subject *subject; struct tenon_host host; char dir[4096]; void *config; };

static int make(struct nursery *n, char why[400])
{
	void *self = NULL;

	*why = '\0';
	int rc = n->subject->plugin->create(&n->host, n->config, &self, why, 400);
	if (rc == TENON_OK && n->subject->plugin->destroy != NULL)
		n->subject->plugin->destroy(self);
	return rc;
}

static void open_nursery(struct nursery *n, struct subject *s, const char *dir)
{
	struct err e = { 0 };
	const char *fault = subject_load(s);

	*n = (struct nursery){ .subject = s };
	snprintf(n->dir, sizeof n->dir, "%s/%s", s->dir, dir);
	mkdir(n->dir, 0700);
	host_lend(&n->host);
	n->host.instance = stage_name(s);
	n->host.data_dir = n->dir;
	if (fault != NULL || stage_config(s, s->settings, s->n_settings, &n->config, &e) < 0) {
		case_begin("its settings are understood");
		case_last("%s\ndo: give it good ones by --config NAME=VALUE", fault != NULL ? fault : e.text);
	}
}

static int rounds(struct nursery *n, int count, char why[400])
{
	int rc = TENON_OK;

	for (int i = 0; i < count && rc == TENON_OK; i++) {
		case_at("create() and destroy(), round %d", i + 1);
		rc = make(n, why);
	}
	return rc;
}

void group_create(void *arg)
{
	struct subject *s = ((struct place *)arg)->subject;
	struct nursery n;
	char why[400];

	open_nursery(&n, s, "nursery");
	if (s->plugin->create == NULL)
		return;
	case_begin("it is created with its settings");
	int rc = rounds(&n, 1, why);
	if (rc < 0)
		case_last("create() answered %s: %s\nexpected: an instance; --config NAME=VALUE gives other settings", error_name(rc), *why != '\0' ? why : "(no reason)");
	case_good();
	if (!case_begin("create and destroy %d times leave nothing behind", ROUNDS))
		return;
	rounds(&n, WARM, why);
	int fds = common_fds(), threads = common_threads();
	malloc_trim(0);
	size_t before = heap_in_use();
	rc = rounds(&n, ROUNDS, why);
	long grown = (long)(heap_in_use() - before);
	case_end(rc == TENON_OK && grown < ROUNDS * BYTES_A_ROUND && common_fds() <= fds && common_threads() <= threads,
	         "%s%s; the heap grew by %ld bytes (%ld a round), descriptors by %d, threads by %d\nexpected: nothing; destroy() gives back all that create() took",
	         error_name(rc), *why != '\0' ? why : "", grown, grown / ROUNDS, common_fds() - fds, common_threads() - threads);
	mem_free(n.config);
}

/* ---- bad settings ---- */

static void try_setting(struct subject *s, const char *setting, const char *shown)
{
	struct nursery n;
	const char *settings[SETTINGS_MOST + 1];
	struct err e = { 0 };
	char why[400] = "";

	open_nursery(&n, s, "bad-settings");
	memcpy(settings, s->settings, s->n_settings * sizeof *settings);
	settings[s->n_settings] = setting;
	mem_free(n.config);
	n.config = NULL;
	if (!case_begin("%s", shown))
		return;
	int rc = stage_config(s, settings, s->n_settings + 1, &n.config, &e);
	if (rc == TENON_OK && s->plugin->create != NULL) {
		rc = make(&n, why);
		snprintf(e.text, sizeof e.text, "%s", why);
	}
	case_end(rc == TENON_OK || (rc <= -1 && rc >= TENON_ERROR_LAST && *e.text != '\0'),
	         "it answered %d (%s) and %s\nexpected: an instance, or a code and in `why` what is wrong with the setting", rc, error_name(rc),
	         *e.text != '\0' ? "said why" : "gave no reason");
	mem_free(n.config);
}

static void must_refuse(struct subject *s, const char *setting, const char *name)
{
	const char *settings[SETTINGS_MOST + 1];
	struct err e = { 0 };
	void *config;

	memcpy(settings, s->settings, s->n_settings * sizeof *settings);
	settings[s->n_settings] = setting;
	if (!case_begin("%s is refused by name", setting))
		return;
	int rc = stage_config(s, settings, s->n_settings + 1, &config, &e);
	case_end(rc < 0 && strstr(e.text, name) != NULL, "it was %s: %s\nexpected: a complaint that names it", rc < 0 ? "refused" : "taken", e.text);
	mem_free(config);
}

/* A plugin may write where a setting says: no value leads out of the temporary folder, which is the working folder here. */
static void try_texts(struct subject *s, const struct tenon_field *f)
{
	static const char *const values[] = { "", "/dev/null/nowhere", "%n%s%s%s", "nobody@localhost:99999", "no/such/folder", "\\x01" };
	char setting[2000], shown[200];

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		snprintf(setting, sizeof setting, "%s=%s", f->name, values[i]);
		try_setting(s, setting, setting);
	}
	snprintf(setting, sizeof setting, "%.200s=%01500d", f->name, 7);
	snprintf(shown, sizeof shown, "%.100s of 1,500 characters", f->name);
	try_setting(s, setting, shown);
}

static void try_numbers(struct subject *s, const struct tenon_field *f)
{
	static const char *const values[] = { "0", "-1", "9223372036854775807", "-9223372036854775808" };
	char setting[200];

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		snprintf(setting, sizeof setting, "%.100s=%s", f->name, values[i]);
		try_setting(s, setting, setting);
	}
}

void group_config(void *arg)
{
	struct subject *s = ((struct place *)arg)->subject;
	const char *fault = subject_load(s);
	char setting[200];

	if (fault != NULL)
		return;
	must_refuse(s, "no_such_setting=1", "no_such_setting");
	for (uint32_t i = 0; s->plugin->config != NULL && i < s->plugin->config->n; i++) {
		const struct tenon_field *f = &s->plugin->config->fields[i];
		if (f->card != TENON_ONE)
			continue;
		snprintf(setting, sizeof setting, "%.100s=[broken", f->name);
		if (f->type != TENON_STR)
			must_refuse(s, setting, f->name);
		if (f->type == TENON_STR)
			try_texts(s, f);
		if (f->type == TENON_I64)
			try_numbers(s, f);
	}
}

/* ---- two at once; started and stopped ---- */

static bool answers(struct stage *st, struct instance *in, const struct subject *s, const char *method)
{
	struct answer a;
	struct request q = { .method = method, .json = common_args(s, in, method), .whole = true };

	stage_call(st, in, &q, &a);
	bool good = common_fault(in, method, &a) == NULL && a.code != TENON_INTERNAL;
	if (a.stuck)
		case_stuck("%s does not end", method);
	answer_free(&a);
	return good;
}

static void two_at_once(struct place *p)
{
	struct subject *s = p->subject;
	struct instance *one, *two;
	struct err e = { 0 };
	struct stage *st = common_open(p, &one);
	const char *method = s->plugin->methods->name;

	case_begin("two instances live beside each other");
	if (stage_add(st, "another", NULL, 0, &two, &e) < 0)
		case_last("the second answered %s: %s\nexpected: as many as the configuration names; keep state in `self`, files in host->data_dir, nothing in globals",
		          error_name(e.code), *e.text != '\0' ? e.text : "(no reason)");
	bool both = method == NULL || (answers(st, one, s, method) && answers(st, two, s, method) && answers(st, one, s, method));
	bool gone = stage_remove(st, one);
	if (!gone)
		case_last("the first does not end: drain() or a worker runs on\nexpected: an end within 5 s; look at tenon_cancelled() in loops");
	bool still = gone && (method == NULL || answers(st, two, s, method));
	case_end(both && gone && still, "both answered: %s; the first ended: %s; the second went on: %s\nexpected: yes, three times; state of one instance must not be another's",
	         both ? "yes" : "no", gone ? "yes" : "no", still ? "yes" : "no");
	common_close(st);
}

void group_instances(void *arg)
{
	struct place *p = arg;
	struct instance *in;
	int fds = 0, threads = 0;
	size_t before = 0;

	two_at_once(p);
	if (p->placement == PLACE_PROCESS || !case_begin("started and drained %d times it leaves nothing behind", STARTS))
		return; /* a process takes with it whatever it leaves */
	for (int i = 0; i < STARTS; i++) {
		case_at("start and drain, round %d", i + 1);
		struct stage *st = common_open(p, &in);
		if (!stage_close(st))
			case_last("drain() or a worker did not end");
		if (i == 1) {
			fds = common_fds();
			threads = common_threads();
			before = heap_in_use();
		}
	}
	long grown = (long)(heap_in_use() - before);
	case_end(common_fds() <= fds && common_threads() <= threads && grown < 64 * 1024, "in %d rounds descriptors grew by %d, threads by %d, the heap by %ld bytes\n"
	         "expected: nothing; drain() and destroy() end what start() began", STARTS - 2, common_fds() - fds, common_threads() - threads, grown);
}
