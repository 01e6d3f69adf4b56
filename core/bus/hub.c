/* SPDX-License-Identifier: Apache-2.0 */
/* hub - lines in and out; what a question means is peer.c's. */
#include "hub.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "bus.h"
#include "call.h"
#include "peer.h"
#include "remote.h"
#include "wire/pack.h"

#include <nng/protocol/reqrep0/rep.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPARE_LINES = 16, MOST_LINES = 16384, SWEEP_MS = 100, RETRY_MS = 20 };

static int add_line(struct hub *);

/* ---- questions ---- */

static void receive_again(void *arg) { line_receive(&((struct hub_line *)arg)->line); }

static void on_question(struct task *t)
{
	struct hub_line *l = LIST_ITEM(t, struct hub_line, task);
	struct hub *h = l->hub;

	if (l->line.msg == NULL) { /* out of memory, or another transient error of nng's */
		if (loop_every(h->loop, RETRY_MS, 0, receive_again, l) == NULL)
			line_receive(&l->line);
		return;
	}
	if (atomic_load(&h->receiving) < SPARE_LINES && h->n_lines < MOST_LINES)
		add_line(h);
	arena_free(&h->scratch);
	l->peer = NULL;
	peer_asked(l, nng_msg_get_pipe(l->line.msg));
}

static void on_line(struct line *line, int error)
{
	struct hub_line *l = LIST_ITEM(line, struct hub_line, line);

	if (error != NNG_ECLOSED && error != NNG_ECANCELED)
		loop_post(l->hub->loop, &l->task);
}

static int add_line(struct hub *h)
{
	if (h->n_lines == h->room_lines) {
		size_t room = h->room_lines == 0 ? 64 : h->room_lines * 2;
		struct hub_line **more = mem_grow(h->lines, room * sizeof(struct hub_line *));
		if (more == NULL)
			return TENON_NO_MEMORY;
		h->lines = more;
		h->room_lines = room;
	}
	struct hub_line *l = mem_zero(sizeof *l);
	if (l == NULL || line_open(&l->line, h->socket, on_line) != 0) {
		mem_free(l);
		return TENON_NO_MEMORY;
	}
	l->hub = h;
	l->line.waiting = &h->receiving;
	l->task.run = on_question;
	h->lines[h->n_lines++] = l;
	line_receive(&l->line);
	return TENON_OK;
}

/* ---- answers ---- */

struct buf *hub_begin(struct hub *h, enum frame_kind kind, uint32_t items)
{
	h->out.n = 0;
	h->out.failed = false;
	frame_begin(&h->out, kind, items);
	return &h->out;
}

void hub_forget(struct hub_line *l)
{
	line_drop(&l->line);
	if (l->peer != NULL)
		l->peer->held -= l->held;
	l->held = 0;
}

static void let_go(struct hub_line *l)
{
	hub_forget(l);
	if (l->peer != NULL)
		l->peer->parked--;
	peer_unref(l->peer);
	l->peer = NULL;
}

void hub_answer(struct hub_line *l)
{
	nng_msg *m = line_message(&l->hub->out);

	if (m == NULL) { /* a host that waits for ever is worse than one that is told less */
		frame_begin(&l->hub->out, FRAME_OK, 2);
		pack_i64(&l->hub->out, TENON_NO_MEMORY);
		pack_str(&l->hub->out, "the core is out of memory");
		m = line_message(&l->hub->out);
	}
	let_go(l);
	if (m == NULL)
		line_receive(&l->line);
	else
		line_send(&l->line, m);
}

void hub_answer_ok(struct hub_line *l, int code, const char *text)
{
	struct buf *b = hub_begin(l->hub, FRAME_OK, 2);
	pack_i64(b, code);
	pack_str(b, text);
	hub_answer(l);
}

void hub_recycle(struct hub_line *l)
{
	let_go(l);
	line_receive(&l->line);
}

/* ---- life ---- */

void hub_add_remote(struct hub *h, struct remote *r) { list_add(&h->remotes, &r->node); }

static void on_flush(struct task *t)
{
	struct hub *h = LIST_ITEM(t, struct hub, flush);

	h->flush_soon = false;
	LIST_EACH(&h->remotes, n, after)
		remote_flush(LIST_ITEM(n, struct remote, node));
}

void hub_flush_soon(struct hub *h)
{
	if (h->flush_soon)
		return;
	h->flush_soon = true;
	loop_later(h->loop, &h->flush);
}

/* A host that does not read its answers keeps lines busy: sending is all that these do until it is ended. */
static void count_unsent(struct hub *h)
{
	LIST_EACH(&h->peers, n, after)
		LIST_ITEM(n, struct peer, hub_node)->unsent = 0;
	for (size_t i = 0; i < h->n_lines; i++) {
		if (!atomic_load_explicit(&h->lines[i]->line.sending, memory_order_relaxed))
			continue;
		LIST_EACH(&h->peers, n, after)
			LIST_ITEM(n, struct peer, hub_node)->unsent += LIST_ITEM(n, struct peer, hub_node)->pipe == h->lines[i]->pipe;
	}
}

static void sweep(void *arg)
{
	struct hub *h = arg;

	count_unsent(h);
	LIST_EACH(&h->remotes, n, after)
		remote_sweep(LIST_ITEM(n, struct remote, node));
	hub_flush_soon(h);
	LIST_EACH(&h->peers, n, after)
		peer_sweep(LIST_ITEM(n, struct peer, hub_node));
	LIST_EACH(&h->ups, n, after) {
		struct hub_line *l = LIST_ITEM(n, struct hub_line, up_node);
		int code = l->parent == NULL ? 0 : atomic_load(&l->parent->cancelled);
		if (code != 0)
			call_cancel(l->up, code);
	}
}

/* A pipe that is gone decides what became of the calls of its host. nng may not be asked anything here. */
struct removed { struct removed *next; uint32_t pipe; };

static void on_removed(struct task *t)
{
	struct hub *h = LIST_ITEM(t, struct hub, gone);
	struct removed *r = atomic_exchange(&h->removed, NULL);

	for (struct removed *next; r != NULL; r = next) {
		next = r->next;
		peer_lost(h, r->pipe);
		mem_free(r);
	}
}

static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
	struct hub *h = arg;
	struct removed *r = mem_alloc(sizeof *r);

	(void)event;
	if (r == NULL)
		return; /* its supervisor learns of the host's end, too */
	r->pipe = (uint32_t)nng_pipe_id(pipe);
	r->next = atomic_load(&h->removed);
	while (!atomic_compare_exchange_weak(&h->removed, &r->next, r))
		;
	if (r->next == NULL)
		loop_post(h->loop, &h->gone);
}

static int listen_at(struct hub *h, const char *path, struct err *e)
{
	int rc = nng_rep0_open(&h->socket);

	if (rc != 0)
		return err_set(e, TENON_UNAVAILABLE, "bus socket: %s", nng_strerror(rc));
	nng_socket_set_size(h->socket, NNG_OPT_RECVMAXSZ, FRAME_MOST);
	nng_pipe_notify(h->socket, NNG_PIPE_EV_REM_POST, on_pipe, h);
	unlink(path);
	mode_t old = umask(0177);
	rc = nng_listen(h->socket, h->address, NULL, 0);
	umask(old);
	return rc == 0 ? TENON_OK : err_set(e, TENON_UNAVAILABLE, "bus socket %s: %s", path, nng_strerror(rc));
}

int hub_open(struct hub **out, struct bus *bus, struct loop *loop, const char *path, struct err *e)
{
	struct hub *h = mem_zero(sizeof *h);

	if (h == NULL)
		return err_set(e, TENON_NO_MEMORY, "no memory for the bus");
	*out = h;
	h->bus = bus;
	h->loop = loop;
	h->flush.run = on_flush;
	h->gone.run = on_removed;
	list_init(&h->remotes);
	list_init(&h->peers);
	list_init(&h->ups);
	arena_init(&h->scratch, FRAME_MOST);
	if (snprintf(h->address, sizeof h->address, "ipc://%s", path) >= 100)
		return err_set(e, TENON_INVALID_ARGUMENT, "the path of the bus socket is longer than a unix socket's may be: %s", path);
	int rc = listen_at(h, path, e);
	while (rc == TENON_OK && h->n_lines < SPARE_LINES)
		rc = add_line(h);
	if (rc == TENON_OK && (h->sweep = loop_every(loop, SWEEP_MS, SWEEP_MS, sweep, h)) == NULL)
		rc = TENON_NO_MEMORY;
	return rc < 0 ? err_set(e, rc, "no memory for the bus") : TENON_OK;
}

/* The socket stays open: nng_close may hang, and the process ends anyway. What is stopped calls back no more. */
void hub_close(struct hub *h)
{
	if (h == NULL)
		return;
	nng_pipe_notify(h->socket, NNG_PIPE_EV_REM_POST, NULL, NULL);
	for (struct removed *r = h->removed, *next; r != NULL; r = next) { /* since the loop's last turn */
		next = r->next;
		mem_free(r);
	}
	for (size_t i = 0; i < h->n_lines; i++) {
		nng_aio_stop(h->lines[i]->line.aio);
		nng_aio_free(h->lines[i]->line.aio);
		line_drop(&h->lines[i]->line);
		mem_free(h->lines[i]);
	}
	mem_free(h->lines);
	buf_free(&h->out);
	arena_free(&h->scratch);
	unlink(h->address + strlen("ipc://"));
	mem_free(h);
}
