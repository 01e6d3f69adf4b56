/* SPDX-License-Identifier: Apache-2.0 */
/* line - the callback is the whole machine. */
#include "line.h"
#include "base/buf.h"

static void await_message(struct line *l)
{
	if (l->waiting != NULL)
		atomic_fetch_add(l->waiting, 1);
	nng_ctx_recv(l->ctx, l->aio);
}

static void on_done(void *arg)
{
	struct line *l = arg;
	int error = nng_aio_result(l->aio);

	if (l->sending) {
		l->sending = false;
		if (error != 0)
			nng_msg_free(nng_aio_get_msg(l->aio));
		if (error == 0 || (error != NNG_ECLOSED && error != NNG_ECANCELED)) {
			await_message(l); /* a REP whose asker is gone goes on to the next; a REQ learns it here */
			return;
		}
	} else {
		if (l->waiting != NULL)
			atomic_fetch_sub(l->waiting, 1);
		l->msg = error == 0 ? nng_aio_get_msg(l->aio) : NULL;
	}
	l->got(l, error);
}

int line_open(struct line *l, nng_socket socket, void (*got)(struct line *, int))
{
	*l = (struct line){ .got = got };
	int rc = nng_ctx_open(&l->ctx, socket);
	if (rc == 0 && (rc = nng_aio_alloc(&l->aio, on_done, l)) != 0)
		nng_ctx_close(l->ctx);
	return rc;
}

void line_close(struct line *l)
{
	nng_aio_stop(l->aio);
	nng_ctx_close(l->ctx);
	nng_aio_free(l->aio);
	line_drop(l);
}

void line_receive(struct line *l)
{
	l->sending = false;
	await_message(l);
}

void line_send(struct line *l, nng_msg *m)
{
	l->sending = true;
	nng_aio_set_msg(l->aio, m);
	nng_ctx_send(l->ctx, l->aio);
}

void line_drop(struct line *l)
{
	if (l->msg != NULL)
		nng_msg_free(l->msg);
	l->msg = NULL;
}

nng_msg *line_message(struct buf *b)
{
	nng_msg *m = NULL;
	if (b->failed || nng_msg_alloc(&m, b->n) != 0)
		m = NULL;
	else
		memcpy(nng_msg_body(m), b->p, b->n);
	b->n = 0;
	b->failed = false;
	return m;
}
