/* SPDX-License-Identifier: Apache-2.0 */
/* service/probe - does to its process what plugins in the wild do: answers, waits, streams, calls, crashes, hangs, grabs and peeps. */
#include <tenon/plugin.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SLOW_START /* t/process/upgrade.t builds others */
#define SLOW_START "0"
#endif

#define PROBE_CONFIG(F, S) \
	F(S, const char *, greeting, .dflt = "hello", .doc = "what echo puts in front") \
	F(S, const char *, secret, .flags = TENON_SECRET, .doc = "must not be seen") \
	F(S, const char *, listen, .doc = "pattern of the events that it counts") \
	F(S, const char *, listen_too, .doc = "another one") \
	F(S, const char *, unready, .doc = "why it is not ready") \
	F(S, bool, refuse, .doc = "create fails") \
	F(S, int64_t, slow_start, .dflt = SLOW_START, .doc = "ms that start takes") \
	F(S, int64_t, slow_stop, .dflt = "0", .doc = "ms that drain takes") \
	F(S, const char *, at_start, .doc = "crash, hang, fail or tell in start")
TENON_MESSAGE(probe_config, PROBE_CONFIG);

#define ECHO_ARGS(F, S) \
	F(S, const char *, text, .flags = TENON_REQUIRED, .range = "..1000000", .doc = "comes back") \
	F(S, int64_t, n, .dflt = "7", .range = "0..100", .doc = "comes back too") \
	F(S, double, x, .doc = "and this") \
	F(S, struct tenon_strs, many, .doc = "any number of texts") \
	F(S, struct tenon_map, words, .doc = "texts by name") \
	F(S, struct tenon_json, any, .doc = "any JSON") \
	F(S, struct tenon_bytes, raw, .doc = "bytes")
TENON_MESSAGE(echo_args, ECHO_ARGS);
#define ECHO_RESULT(F, S) \
	F(S, const char *, text) \
	F(S, int64_t, n) \
	F(S, double, x) \
	F(S, struct tenon_strs, many) \
	F(S, struct tenon_map, words) \
	F(S, struct tenon_json, any) \
	F(S, struct tenon_bytes, raw) \
	F(S, const char *, principal) \
	F(S, const char *, workspace) \
	F(S, const char *, trace) \
	F(S, int64_t, pid)
TENON_MESSAGE(echo_result, ECHO_RESULT);

#ifdef OTHER_ROWS
#define OTHER_ROW(F, S) F(S, int64_t, other, .doc = "a row that the version before had not")
#else
#define OTHER_ROW(F, S)
#endif
#define NAP_ARGS(F, S) \
	F(S, int64_t, ms, .dflt = "10", .doc = "how long") \
	OTHER_ROW(F, S) \
	F(S, bool, deaf, .doc = "does not look whether it was cancelled")
TENON_MESSAGE(nap_args, NAP_ARGS);
#define NAP_RESULT(F, S) \
	F(S, bool, cancelled) \
	F(S, int64_t, cancels, .doc = "naps of this instance that saw that they were cancelled")
TENON_MESSAGE(nap_result, NAP_RESULT);

#define HARM_ARGS(F, S) \
	F(S, const char *, how, .flags = TENON_REQUIRED, .doc = "segv abort exit spin alloc fds fork exec peep peep_vm peep_ptrace kill_parent stop") \
	F(S, int64_t, n, .doc = "how much")
TENON_MESSAGE(harm_args, HARM_ARGS);
#define HARM_RESULT(F, S) \
	F(S, int64_t, got, .doc = "how much it got") \
	F(S, const char *, error, .doc = "and what stopped it")
TENON_MESSAGE(harm_result, HARM_RESULT);

#define LIST_ARGS(F, S) \
	F(S, int64_t, n, .dflt = "3", .doc = "items") \
	F(S, int64_t, size, .dflt = "10", .doc = "bytes of padding in each") \
	F(S, int64_t, fail_at, .dflt = "-1", .doc = "the item at which it breaks")
TENON_MESSAGE(list_args, LIST_ARGS);
#define ITEM(F, S) \
	F(S, int64_t, i) \
	F(S, const char *, pad)
TENON_MESSAGE(item, ITEM);
#define LIST_RESULT(F, S) \
	F(S, struct item_list, items, TENON_MANY(item), .flags = TENON_EMIT) \
	F(S, const char *, next)
TENON_MESSAGE(list_result, LIST_RESULT);

#define BYTES_ARGS(F, S) \
	F(S, int64_t, n, .dflt = "0", .doc = "bytes to give")
TENON_MESSAGE(bytes_args, BYTES_ARGS);
#define BYTES_RESULT(F, S) \
	F(S, int64_t, n, .doc = "bytes taken") \
	F(S, int64_t, sum, .doc = "of their values")
TENON_MESSAGE(bytes_result, BYTES_RESULT);

#define ASK_ARGS(F, S) \
	F(S, const char *, instance, .flags = TENON_REQUIRED, .doc = "whom") \
	F(S, const char *, method, .flags = TENON_REQUIRED, .doc = "what") \
	F(S, const char *, text, .doc = "an argument for those that take one")
TENON_MESSAGE(ask_args, ASK_ARGS);

#define TOLD(F, S) \
	F(S, const char *, text, .doc = "what was told") \
	F(S, int64_t, n, .doc = "the how manieth")
TENON_MESSAGE(told, TOLD);
#define TELL_ARGS(F, S) \
	F(S, const char *, text, .doc = "what to tell") \
	F(S, int64_t, times, .dflt = "1", .doc = "how often")
TENON_MESSAGE(tell_args, TELL_ARGS);
#define HEARD_RESULT(F, S) \
	F(S, int64_t, events, .doc = "heard so far") \
	F(S, int64_t, lost, .doc = "and missed") \
	F(S, int64_t, seq, .doc = "of the last one") \
	F(S, bool, in_order, .doc = "each came after the one before it") \
	F(S, const char *, text, .doc = "of the last one") \
	F(S, const char *, from, .doc = "its instance") \
	F(S, const char *, workspace)
TENON_MESSAGE(heard_result, HEARD_RESULT);

struct heard { int64_t events, lost, seq; bool disorder; char text[64], from[64], workspace[64]; };
struct probe { struct heard heard; const struct tenon_host *host; char greeting[64]; char unready[64]; int64_t slow_start, slow_stop, cancels; char at_start[16]; };

/* ---- well-behaved ---- */

static int echo(struct tenon_call *c, const struct echo_args *a, struct echo_result *out)
{
	const struct probe *p = c->self;

	*out = (struct echo_result){ .n = a->n, .x = a->x, .many = a->many, .words = a->words, .any = a->any, .raw = a->raw,
	                             .text = tenon_printf(c, "%s %s", p->greeting, a->text), .principal = c->principal,
	                             .workspace = c->workspace, .trace = c->trace, .pid = getpid() };
	out->has.text = out->has.n = out->has.principal = out->has.workspace = out->has.trace = out->has.pid = 1;
	out->has.x = a->has.x;
	out->has.many = a->has.many;
	out->has.words = a->has.words;
	out->has.any = a->has.any;
	out->has.raw = a->has.raw;
	return out->text == NULL ? TENON_NO_MEMORY : TENON_OK;
}
TENON_HANDLER(echo, struct echo_args, struct echo_result)

static int nap(struct tenon_call *c, const struct nap_args *a, struct nap_result *out)
{
	struct probe *p = c->self;

	for (int64_t left = a->ms; left > 0 && (a->deaf || !tenon_cancelled(c)); left -= 20)
		if (tenon_sleep(c, left < 20 ? left : 20) < 0 && a->deaf)
			usleep(20000);
	out->cancelled = tenon_cancelled(c);
	p->cancels += out->cancelled && !a->deaf;
	out->cancels = p->cancels;
	out->has.cancelled = out->has.cancels = 1;
	return out->cancelled && !a->deaf ? TENON_CANCELLED : TENON_OK;
}
TENON_HANDLER(nap, struct nap_args, struct nap_result)

static int list(struct tenon_call *c, const struct list_args *a, struct list_result *out)
{
	char *pad = tenon_alloc(c, (size_t)a->size + 1);

	if (pad == NULL)
		return TENON_NO_MEMORY;
	memset(pad, 'x', (size_t)a->size);
	for (int64_t i = 0; i < a->n; i++) {
		struct item it = { .i = i, .pad = pad };
		it.has.i = it.has.pad = 1;
		if (i == a->fail_at)
			return tenon_fail(c, TENON_INTERNAL, "broke at item %d", (int)i);
		TRY(tenon_emit(c, &it));
	}
	out->next = "end";
	out->has.next = 1;
	return TENON_OK;
}
TENON_HANDLER(list, struct list_args, struct list_result)

static int give(struct tenon_call *c, const struct bytes_args *a, struct tenon_empty *out)
{
	struct tenon_content content = { .type = "application/octet-stream", .size = a->n, .mtime = -1 };
	struct tenon_span span;
	char part[8192];

	(void)out;
	TRY(c->host->content(c, &content, &span));
	for (int64_t at = span.offset; at < span.offset + span.length;) {
		size_t n = 0;
		for (; n < sizeof part && at < span.offset + span.length; n++, at++)
			part[n] = (char)(at % 251);
		TRY(tenon_write(c, part, n));
	}
	return TENON_OK;
}
TENON_HANDLER(give, struct bytes_args, struct tenon_empty)

static int take(struct tenon_call *c, const struct tenon_empty *a, struct bytes_result *out)
{
	unsigned char part[8192];
	int64_t n;

	(void)a;
	while ((n = tenon_read(c, part, sizeof part)) > 0) {
		out->n += n;
		for (int64_t i = 0; i < n; i++)
			out->sum += part[i];
	}
	out->has.n = out->has.sum = 1;
	return (int)n;
}
TENON_HANDLER(take, struct tenon_empty, struct bytes_result)

static int take_blocking(struct tenon_call *c, const struct tenon_empty *a, struct bytes_result *out) { return take(c, a, out); }
TENON_HANDLER(take_blocking, struct tenon_empty, struct bytes_result)

static int ask(struct tenon_call *c, const struct ask_args *a, struct echo_result *out)
{
	struct echo_args args = { .text = a->text };

	args.has.text = 1;
	return TENON_CALL(c, a->instance, a->method, echo_args, &args, echo_result, out);
}
TENON_HANDLER(ask, struct ask_args, struct echo_result)

/* ---- events ---- */

static int tell(struct tenon_call *c, const struct tell_args *a, struct tenon_empty *out)
{
	(void)out;
	for (int64_t i = 0; i < a->times; i++) {
		struct told t = { .text = a->text, .n = i };
		t.has.text = t.has.n = 1;
		TENON_PUBLISH(c, "probe.told", told, &t);
	}
	return TENON_OK;
}
TENON_HANDLER(tell, struct tell_args, struct tenon_empty)

static int on_told(struct tenon_call *c, const struct tenon_event *ev)
{
	struct heard *h = &((struct probe *)c->self)->heard;
	const struct told *t = ev->payload;

	h->events++;
	h->lost += ev->lost;
	h->disorder |= h->seq != 0 && ev->seq <= h->seq;
	h->seq = ev->seq;
	snprintf(h->text, sizeof h->text, "%s", t->text);
	snprintf(h->from, sizeof h->from, "%s", ev->instance);
	snprintf(h->workspace, sizeof h->workspace, "%s", c->workspace);
	return TENON_OK;
}

static int heard(struct tenon_call *c, const struct tenon_empty *a, struct heard_result *out)
{
	const struct heard *h = &((struct probe *)c->self)->heard;

	(void)a;
	*out = (struct heard_result){ .events = h->events, .lost = h->lost, .seq = h->seq, .in_order = !h->disorder, .text = h->text, .from = h->from,
	                              .workspace = h->workspace };
	memset(&out->has, 0xff, sizeof out->has);
	return TENON_OK;
}
TENON_HANDLER(heard, struct tenon_empty, struct heard_result)

/* ---- harm ---- */

static int64_t grab_memory(int64_t most)
{
	const int64_t step = 16 << 20;
	int64_t got = 0;

	while (got < most) {
		char *p = malloc((size_t)step);
		if (p == NULL)
			break;
		for (int64_t i = 0; i < step; i += 4096)
			((volatile char *)p)[i] = 1;
		got += step;
	}
	return got;
}

static int64_t grab_descriptors(int64_t most)
{
	int64_t got = 0;
	while (got < most && open("/dev/null", O_RDONLY) >= 0)
		got++;
	return got;
}

static int64_t fork_bomb(int64_t most)
{
	int64_t got = 0;

	for (; got < most; got++) {
		pid_t pid = fork();
		if (pid < 0)
			break;
		if (pid == 0) {
			sleep(5);
			_exit(0);
		}
	}
	return got;
}

/* the memory of who started it: 1 if it could be read */
static int64_t peep(void)
{
	char path[64];
	int64_t got = 0;

	snprintf(path, sizeof path, "/proc/%d/mem", (int)getppid());
	int fd = open(path, O_RDWR);
	got |= fd >= 0;
	snprintf(path, sizeof path, "/proc/%d/environ", (int)getppid());
	fd = open(path, O_RDONLY);
	got |= fd >= 0 ? 2 : 0;
	return got;
}

static int64_t peep_by_call(bool trace)
{
	char byte;
	struct iovec to = { &byte, 1 }, from = { (void *)0x400000, 1 };
	return trace ? ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) : process_vm_readv(getppid(), &to, 1, &from, 1, 0);
}

static void *volatile nowhere = (void *)8;

static int harm(struct tenon_call *c, const struct harm_args *a, struct harm_result *out)
{
	errno = 0;
	if (strcmp(a->how, "segv") == 0)
		*(volatile int *)nowhere = 1;
	else if (strcmp(a->how, "abort") == 0)
		abort();
	else if (strcmp(a->how, "exit") == 0)
		_exit((int)a->n);
	else if (strcmp(a->how, "stop") == 0)
		raise(SIGSTOP);
	else if (strcmp(a->how, "spin") == 0)
		for (;;)
			*(volatile int *)&errno = 0;
	else if (strcmp(a->how, "alloc") == 0)
		out->got = grab_memory(a->n);
	else if (strcmp(a->how, "fds") == 0)
		out->got = grab_descriptors(a->n);
	else if (strcmp(a->how, "fork") == 0)
		out->got = fork_bomb(a->n);
	else if (strcmp(a->how, "exec") == 0)
		out->got = execl("/bin/true", "true", (char *)NULL);
	else if (strcmp(a->how, "peep") == 0)
		out->got = peep();
	else if (strcmp(a->how, "peep_vm") == 0)
		out->got = peep_by_call(false);
	else if (strcmp(a->how, "peep_ptrace") == 0)
		out->got = peep_by_call(true);
	else if (strcmp(a->how, "kill_parent") == 0)
		out->got = kill(getppid(), SIGTERM);
	else
		return tenon_fail(c, TENON_INVALID_ARGUMENT, "how: there is no \"%s\"", a->how);
	out->error = tenon_printf(c, "%s", strerror(errno));
	out->has.got = out->has.error = 1;
	return TENON_OK;
}
TENON_HANDLER(harm, struct harm_args, struct harm_result)

/* ---- rows ---- */

static const struct tenon_lane lanes[] = { { "work", 2, 16 }, { 0 } };

#ifdef PROBE_ROUTES /* of one plugin only: a path has one method */
#define NATIVE(verb_path) (const struct tenon_route[]){ { "native", verb_path }, { 0 } }
#else
#define NATIVE(verb_path) NULL
#endif
static const struct tenon_method methods[] = {
	{ .name = "echo", .args = &echo_args_table, .result = &echo_result_table, .handler = echo_handler, .flags = TENON_IDEMPOTENT,
	  .routes = NATIVE("POST /probe/echo"), .permission = "read", .doc = "Answers what it is asked." },
	{ .name = "nap", .args = &nap_args_table, .result = &nap_result_table, .handler = nap_handler, .deadline_ms = 2000,
	  .permission = "read", .doc = "Sleeps." },
	{ .name = "nap_write", .args = &nap_args_table, .result = &nap_result_table, .handler = nap_handler, .deadline_ms = 300,
	  .flags = TENON_WRITE, .permission = "edit", .doc = "Sleeps, and is answered with its outcome." },
	{ .name = "nap_again", .args = &nap_args_table, .result = &nap_result_table, .handler = nap_handler, .flags = TENON_IDEMPOTENT,
	  .permission = "read", .doc = "Sleeps, and may be asked to twice." },
	{ .name = "harm", .args = &harm_args_table, .result = &harm_result_table, .handler = harm_handler, .deadline_ms = 3000,
	  .permission = "edit", .doc = "Harms its process." },
	{ .name = "list", .args = &list_args_table, .result = &list_result_table, .handler = list_handler, .permission = "read",
	  .doc = "Many items." },
	{ .name = "give", .args = &bytes_args_table, .result = &tenon_empty_table, .handler = give_handler, .flags = TENON_STREAM_OUT,
	  .routes = NATIVE("GET /probe/bytes"), .permission = "read", .doc = "Bytes 0, 1, ... 250, 0 ..." },
	{ .name = "take", .args = &tenon_empty_table, .result = &bytes_result_table, .handler = take_handler, .flags = TENON_STREAM_IN,
	  .routes = NATIVE("PUT /probe/bytes"), .permission = "edit", .doc = "Counts the bytes of a body." },
	{ .name = "take_blocking", .args = &tenon_empty_table, .result = &bytes_result_table, .handler = take_blocking_handler,
	  .flags = TENON_STREAM_IN | TENON_BLOCKING, .routes = NATIVE("PUT /probe/blocking"), .permission = "edit", .doc = "The same on a worker." },
	{ .name = "tell", .args = &tell_args_table, .result = &tenon_empty_table, .handler = tell_handler, .permission = "edit",
	  .doc = "Publishes probe.told." },
	{ .name = "heard", .args = &tenon_empty_table, .result = &heard_result_table, .handler = heard_handler, .permission = "read",
	  .doc = "What it heard of the events that it listens to." },
	{ .name = "ask", .args = &ask_args_table, .result = &echo_result_table, .handler = ask_handler, .permission = "read",
	  .doc = "Calls echo, or what it is told, of another instance." },
	{ 0 }
};

static int create(const struct tenon_host *h, const void *config, void **self, char *why, size_t size)
{
	const struct probe_config *conf = config;
	struct probe *p = calloc(1, sizeof *p);

	if (p == NULL)
		return TENON_NO_MEMORY;
	if (conf->refuse) {
		free(p);
		snprintf(why, size, "refuse: was asked to");
		return TENON_INVALID_ARGUMENT;
	}
	p->host = h;
	p->slow_start = conf->slow_start;
	p->slow_stop = conf->slow_stop;
	snprintf(p->greeting, sizeof p->greeting, "%s", conf->greeting);
	snprintf(p->unready, sizeof p->unready, "%s", conf->unready);
	snprintf(p->at_start, sizeof p->at_start, "%s", conf->at_start);
	*self = p;
	int rc = *conf->listen == '\0' ? TENON_OK : h->subscribe(h, conf->listen, on_told, &told_table);
	return rc < 0 || *conf->listen_too == '\0' ? rc : h->subscribe(h, conf->listen_too, on_told, &told_table);
}

static int start(struct tenon_call *c)
{
	struct probe *p = c->self;

#ifdef FAIL_AT_START
	return tenon_fail(c, TENON_UNAVAILABLE, "this version does not start");
#endif
	if (p->slow_start > 0)
		TRY(tenon_sleep(c, p->slow_start));
	if (strcmp(p->at_start, "crash") == 0)
		abort();
	while (strcmp(p->at_start, "hang") == 0)
		usleep(1000);
	if (strcmp(p->at_start, "fail") == 0)
		return tenon_fail(c, TENON_UNAVAILABLE, "at_start: was asked to fail");
	if (strcmp(p->at_start, "tell") == 0)
		TRY(tell(c, &(struct tell_args){ .text = "it starts", .times = 1 }, NULL));
	fprintf(stderr, "probe says it started\n");
	return TENON_OK;
}

static int drain(struct tenon_call *c)
{
	struct probe *p = c->self;

	if (p->slow_stop > 0)
		fprintf(stderr, "probe says it drains\n");
	return p->slow_stop > 0 ? tenon_sleep(c, p->slow_stop) : TENON_OK;
}

#ifdef PROBE_LAZY
#define START NULL
static __attribute__((unused)) int (*const unused_start)(struct tenon_call *) = start;
#define NAME "lazy"
#else
#define START start
#ifdef NAME
#elif defined PROBE_ROUTES
#define NAME "probe"
#else
#define NAME "other"
#endif
#endif
#ifndef VERSION /* t/process/upgrade.t builds others */
#define VERSION "1.0.0"
#endif

static const struct tenon_topic topics[] = { { "probe.told", &told_table, "tell was called." }, { 0 } };

static int ready(struct tenon_call *c)
{
	const struct probe *p = c->self;
	return *p->unready == '\0' ? TENON_OK : tenon_fail(c, TENON_UNAVAILABLE, "%s", p->unready);
}

static const struct tenon_plugin plugin = {
	.size = sizeof plugin, .abi = TENON_ABI, .name = NAME, .version = VERSION, .interface = "service", .licence = "Apache-2.0",
	.doc = "For tests of process placement.", .config = &probe_config_table, .methods = methods, .lanes = lanes,
	.create = create, .start = START, .drain = drain, .destroy = free, .ready = ready, .topics = topics,
};
TENON_EXPORT(plugin);
