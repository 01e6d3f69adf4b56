/* SPDX-License-Identifier: Apache-2.0 */
/* nng - bare REQ/REP, as its manual's asynchronous examples have it: a context and an aio for each request in flight, all in
 * callbacks; the message that came goes out again, so none is allocated or copied. */
#include "config.h"

#include "bench.h"
#include "echo.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { CONTEXTS_MOST = 1024 };

struct party {
	nng_ctx ctx;
	nng_aio *aio;
	bool sending;
	_Alignas(64) atomic_long answered; /* one writer: its own callback */
};

static _Noreturn void die(const char *what, int rc)
{
	fprintf(stderr, "nng %s: %s\n", what, nng_strerror(rc));
	_exit(1);
}

static void must(const char *what, int rc)
{
	if (rc != 0)
		die(what, rc);
}

/* both ends do the same: what was received is sent, after what was sent something is received */
static void on_done(void *arg)
{
	struct party *p = arg;
	int rc = nng_aio_result(p->aio);

	if (rc == NNG_ECLOSED)
		return;
	must("call", rc);
	if (p->sending) {
		p->sending = false;
		nng_ctx_recv(p->ctx, p->aio);
		return;
	}
	atomic_store_explicit(&p->answered, atomic_load_explicit(&p->answered, memory_order_relaxed) + 1, memory_order_relaxed);
	nng_aio_set_msg(p->aio, nng_aio_get_msg(p->aio));
	p->sending = true;
	nng_ctx_send(p->ctx, p->aio);
}

static struct party *open_parties(nng_socket s, long n)
{
	struct party *all = aligned_alloc(64, (size_t)n * sizeof *all);

	if (all == NULL)
		die("memory", NNG_ENOMEM);
	memset(all, 0, (size_t)n * sizeof *all);
	for (long i = 0; i < n; i++) {
		must("context", nng_ctx_open(&all[i].ctx, s));
		must("aio", nng_aio_alloc(&all[i].aio, on_done, &all[i]));
	}
	return all;
}

static void answer(const char *url, long n)
{
	nng_socket s;

	must("rep", nng_rep0_open(&s));
	struct party *all = open_parties(s, n);
	must("listen", nng_listen(s, url, NULL, 0));
	for (long i = 0; i < n; i++)
		nng_ctx_recv(all[i].ctx, all[i].aio);
}

static struct party *ask(const char *url, long n)
{
	nng_socket s;
	int rc = NNG_ECONNREFUSED;

	must("req", nng_req0_open(&s));
	for (int i = 0; i < 200 && (rc = nng_dial(s, url, NULL, 0)) != 0; i++)
		sleep_for(0.01); /* the other process is not there yet */
	must("dial", rc);
	struct party *all = open_parties(s, n);
	for (long i = 0; i < n; i++) {
		nng_msg *m;
		must("message", nng_msg_alloc(&m, ECHO_BYTES));
		memset(nng_msg_body(m), 'x', ECHO_BYTES);
		nng_aio_set_msg(all[i].aio, m);
		all[i].sending = true;
		nng_ctx_send(all[i].ctx, all[i].aio);
	}
	return all;
}

static long total(struct party *all, long n)
{
	long sum = 0;
	for (long i = 0; i < n; i++)
		sum += atomic_load_explicit(&all[i].answered, memory_order_relaxed);
	return sum;
}

int side_nng(const char *work, long n, double seconds)
{
	char url[100], path[64] = "";
	bool ipc = strcmp(work, "ipc") == 0;
	pid_t child = 0;

	if ((!ipc && strcmp(work, "inproc") != 0) || n < 1 || n > CONTEXTS_MOST)
		return fprintf(stderr, "nng inproc|ipc 1..%d\n", CONTEXTS_MOST), -1;
	snprintf(path, sizeof path, "/tmp/tenon-bench-%d", (int)getpid());
	snprintf(url, sizeof url, "%s://%s", work, path);
	if (ipc && (child = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		answer(url, n);
		for (;;)
			pause();
	}
	if (!ipc)
		answer(url, n);
	struct party *all = ask(url, n);
	sleep_for(WARM_MS / 1e3);
	long before = total(all, n);
	int64_t began = nng_clock();
	sleep_for(seconds);
	printf("%.1f\n", (double)(total(all, n) - before) * 1e3 / (double)((int64_t)nng_clock() - began));
	if (child > 0)
		kill(child, SIGKILL);
	unlink(path);
	fflush(stdout);
	_exit(0);
}
