/* SPDX-License-Identifier: Apache-2.0 */
/* bus_access - unit tests of permissions: what is refused when a method is registered or bound, the chains that a decision is asked
 * about, across loops and lanes, and that nothing runs which was refused. */
#include "base/err.h"
#include "base/mem.h"
#include "bus/access.h"
#include "bus/call.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "two_loops.h"

#define BOOK_ARGS(F, S) F(S, const char *, book_id, .aliases = "isbn") F(S, struct tenon_strs, book_ids) F(S, int64_t, pages)
TENON_MESSAGE(book_args, BOOK_ARGS);

static atomic_int handled;

static int touch(struct tenon_call *c, const void *a, void *r)
{
	(void)c, (void)a, (void)r;
	atomic_fetch_add(&handled, 1);
	return TENON_OK;
}

/* ---- a library that owns books on shelves, a shop that only names them ---- */


static int book_parent(struct tenon_call *c, const char *id, struct tenon_entity *parent)
{
	if (loop_self() != far)
		return tenon_fail(c, TENON_INTERNAL, "not where the library is at home");
	if (strcmp(c->self, "library") != 0 || strcmp(c->principal, "anonymous") != 0)
		return tenon_fail(c, TENON_INTERNAL, "not as the library, for the caller");
	if (strcmp(id, "none") == 0)
		return tenon_fail(c, TENON_NOT_FOUND, "there is no book \"%s\"", id);
	*parent = (struct tenon_entity){ "shelf", tenon_printf(c, "shelf of %s", id) };
	return TENON_OK;
}

static int shelf_parent(struct tenon_call *c, const char *id, struct tenon_entity *parent)
{
	(void)c;
	if (strcmp(id, "shelf of moebius") == 0)
		*parent = (struct tenon_entity){ "shelf", id };
	if (strcmp(id, "shelf of lost") == 0)
		*parent = (struct tenon_entity){ "attic", "1" };
	return TENON_OK;
}

static const struct tenon_resolver resolvers[] = { { "book_id book_ids isbn", "book", book_parent }, { "shelf_id", "shelf", shelf_parent }, { 0 } };
static const struct tenon_lane lanes[] = { { "work", 1, 10 }, { 0 } };
#define M(name_, permission_, flags_) { .name = name_, .args = &book_args_table, .result = &tenon_empty_table, .handler = touch, .permission = permission_, .flags = flags_ }
static const struct tenon_method library_methods[] = { M("read", "read@book_id", 0), { 0 } };
static const struct tenon_method shop_methods[] = {
	M("sell", "sell@book_id", 0), M("sell_on_lane", "sell@book_id", TENON_BLOCKING), M("sell_many", "sell@book_ids", 0), M("by_alias", "sell@isbn", 0),
	M("open", "open@workspace", 0), M("close", "close", 0), M("look", "-", 0), M("inner", NULL, TENON_HIDDEN), { 0 } };
static const struct tenon_plugin library = { .size = sizeof library, .name = "library", .interface = "test", .version = "1", .methods = library_methods,
                                             .resolvers = resolvers };
static const struct tenon_plugin shop = { .size = sizeof shop, .name = "shop", .interface = "test", .version = "1", .methods = shop_methods, .lanes = lanes };

/* ---- the rig ---- */

static char asked[2000];
static int verdict;

static int decide(struct tenon_call *c, const char *action, const struct tenon_entity *chain, size_t n)
{
	size_t at = strlen(asked);
	at += (size_t)snprintf(asked + at, sizeof asked - at, "%s %s/%s:", action, c->principal, c->workspace);
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(asked + at, sizeof asked - at, " %s=%s", chain[i].kind, chain[i].id);
	snprintf(asked + at, sizeof asked - at, ";");
	return verdict < 0 ? tenon_fail(c, verdict, "you may not %s that", action) : TENON_OK;
}

static struct instance *add(const struct tenon_plugin *p, struct loop *home)
{
	struct instance *in;
	struct err e = { 0 };

	if (bus_add(&bus, p, p->name, home, &in, &e) < 0 || bus_start_lanes(in, &e) < 0)
		fail_msg("%s", e.text);
	in->self = (void *)p->name;
	atomic_store(&in->state, INSTANCE_STARTED);
	return in;
}

static int set_up(void **state)
{
	struct err e = { 0 };

	(void)state;
	atomic_store(&handled, 0);
	asked[0] = '\0';
	verdict = TENON_OK;
	two_loops_open();
	add(&library, far);
	add(&shop, loop);
	if (access_bind(&bus, &e) < 0)
		fail_msg("%s", e.text);
	bus.decide = decide;
	two_loops_run();
	return 0;
}

static struct { struct task task; const char *method; struct book_args args; struct call *call; int code; char message[200]; } ask;

static void on_done(struct call *c, void *arg)
{
	(void)arg;
	ask.code = c->code;
	snprintf(ask.message, sizeof ask.message, "%s", c->message);
	loop_stop(loop);
}

static void submit(struct task *t)
{
	int code;

	(void)t;
	ask.call = call_new(&bus, bus_find(&bus, ask.method), &code);
	assert_non_null(ask.call);
	ask.call->args = &ask.args;
	call_submit(ask.call, on_done, NULL);
}

static int run(const char *method, struct book_args args)
{
	ask.task.run = submit;
	ask.method = method;
	ask.args = args;
	asked[0] = '\0';
	loop_post(loop, &ask.task);
	loop_run(loop);
	call_unref(ask.call);
	loop_close(loop); /* a loop that was stopped is not run again */
	assert_int_equal(loop_open(&loop, 0, NULL), TENON_OK);
	bus_instance(&bus, "shop")->home = loop;
	return ask.code;
}

#define BOOK(id) (struct book_args){ .has = { .book_id = 1 }, .book_id = id }
#define CHAIN "book=moby shelf=shelf of moby workspace=default;"

/* ---- tests ---- */

static void a_decision_sees_the_whole_chain(void **state)
{
	const char *ids[] = { "moby", "emma" };

	(void)state;
	assert_int_equal(run("shop.sell", BOOK("moby")), TENON_OK);
	assert_string_equal(asked, "sell anonymous/default: " CHAIN);
	assert_int_equal(run("shop.by_alias", BOOK("moby")), TENON_OK);
	assert_string_equal(asked, "sell anonymous/default: " CHAIN);
	assert_int_equal(run("library.read", BOOK("moby")), TENON_OK);
	assert_string_equal(asked, "read anonymous/default: " CHAIN);
	assert_int_equal(run("shop.sell_on_lane", BOOK("moby")), TENON_OK);
	assert_string_equal(asked, "sell anonymous/default: " CHAIN);
	assert_int_equal(run("shop.sell_many", (struct book_args){ .has = { .book_ids = 1 }, .book_ids = { ids, 2 } }), TENON_OK);
	assert_string_equal(asked, "sell anonymous/default: " CHAIN "sell anonymous/default: book=emma shelf=shelf of emma workspace=default;");
	assert_int_equal(atomic_load(&handled), 5);
}

static void without_an_entity_it_is_about_the_workspace(void **state)
{
	(void)state;
	assert_int_equal(run("shop.open", BOOK("moby")), TENON_OK);
	assert_string_equal(asked, "open anonymous/default: workspace=default;");
	assert_int_equal(run("shop.close", BOOK("moby")), TENON_OK);
	assert_string_equal(asked, "close anonymous/default: workspace=default;");
	assert_int_equal(run("shop.sell", (struct book_args){ .pages = 1 }), TENON_OK);
	assert_string_equal(asked, "sell anonymous/default: workspace=default;");
	assert_int_equal(run("shop.look", BOOK("moby")), TENON_OK);
	assert_string_equal(asked, "");
}

static void what_is_refused_does_not_run(void **state)
{
	(void)state;
	verdict = TENON_PERMISSION_DENIED;
	const char *methods[] = { "shop.sell", "shop.sell_on_lane", "shop.open", "library.read" };
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(run(methods[i], BOOK("moby")), TENON_PERMISSION_DENIED);
	assert_string_equal(ask.message, "you may not read that");
	assert_int_equal(run("shop.look", BOOK("moby")), TENON_OK);
	assert_int_equal(atomic_load(&handled), 1);
	assert_int_equal(atomic_load(&bus_find(&bus, "shop.sell")->meter.running), 0);
}

static void what_is_not_there_or_has_no_end_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(run("shop.sell", BOOK("none")), TENON_NOT_FOUND);
	assert_string_equal(ask.message, "there is no book \"none\"");
	assert_int_equal(run("shop.sell", BOOK("moebius")), TENON_INTERNAL);
	assert_string_equal(ask.message, "shop.sell: what book \"moebius\" belongs to has no end");
	assert_int_equal(run("shop.sell", BOOK("lost")), TENON_INTERNAL);
	assert_string_equal(ask.message, "shop.sell: no instance has a resolver of the kind attic");
	assert_string_equal(asked, "");
	atomic_store(&bus_instance(&bus, "library")->state, INSTANCE_FAILED);
	assert_int_equal(run("shop.sell", BOOK("moby")), TENON_UNAVAILABLE);
	assert_int_equal(atomic_load(&handled), 0);
}

static void unset_allows_and_asks_nobody(void **state)
{
	(void)state;
	bus.decide = NULL;
	assert_int_equal(run("shop.sell", BOOK("none")), TENON_OK);
	assert_int_equal(run("shop.sell_on_lane", BOOK("none")), TENON_OK);
	assert_int_equal(atomic_load(&handled), 2);
	assert_string_equal(asked, "");
}

/* what registering and binding a shop with this permission says; "" = fine */
static const char *say(const char *permission, bool bind)
{
	static struct err e;
	static struct tenon_method methods[2];
	struct tenon_plugin p = shop;
	struct bus other;
	struct instance *in;

	e = (struct err){ 0 };
	memset(methods, 0, sizeof methods);
	methods[0] = (struct tenon_method)M("sell", permission, 0);
	p.methods = methods;
	bus_init(&other);
	int rc = bus_add(&other, &p, "stall", loop, &in, &e);
	if (rc == TENON_OK && bind)
		rc = access_bind(&other, &e);
	assert_int_equal(rc, e.code);
	bus_free(&other);
	return e.text;
}

static void wrong_permissions_are_refused_with_their_reason(void **state)
{
	(void)state;
	assert_string_equal(say("sell@book_di", false), "method stall.sell: its permission \"sell@book_di\" names no argument of it: \"book_di\"; did you mean \"book_id\"?");
	assert_string_equal(say("sell@pages", false), "method stall.sell: its permission \"sell@pages\" names an argument that is no text: an entity's id is a string, or an "
	                    "array of them");
	const char *bad[] = { "", "@book_id", "sell@", "Sell@book_id", "sell it@book_id", "a_name_that_is_longer_than_any_action_is@book_id" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_non_null(strstr(say(bad[i], false), "is not of the form action@argument, like edit@run_id"));
	assert_string_equal(say(NULL, false), "method stall.sell has no permission");
	assert_string_equal(say("sell@book_id", false), "");
	assert_string_equal(say("sell@book_id", true), "method stall.sell: its permission \"sell@book_id\" asks whose book_id it is, and no instance has a resolver for it: "
	                    "is the service missing that owns it?");
	assert_string_equal(say("sell@workspace", true), "");
}

static void an_older_descriptor_ends_before_its_resolvers(void **state)
{
	struct tenon_plugin p = library;
	struct instance *in;

	(void)state;
	p.size = offsetof(struct tenon_plugin, resolvers);
	assert_int_equal(bus_add(&bus, &p, "old", loop, &in, NULL), TENON_OK);
	assert_int_equal(in->methods.n, 2); /* its own, and @ready */
	assert_int_equal(bus_instance(&bus, "library")->methods.n, 4); /* and those of two resolvers */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, two_loops_close)
	const struct CMUnitTest tests[] = {
		T(a_decision_sees_the_whole_chain), T(without_an_entity_it_is_about_the_workspace), T(what_is_refused_does_not_run),
		T(what_is_not_there_or_has_no_end_is_an_error), T(unset_allows_and_asks_nobody), T(wrong_permissions_are_refused_with_their_reason),
		T(an_older_descriptor_ends_before_its_resolvers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
