/* SPDX-License-Identifier: Apache-2.0 */
/* duct - a frame is handed over where it lies in the read buffer; a write is tried at once, and waited for only when it does not fit. */
#include "duct.h"
#include "base/err.h"
#include "frame.h"
#include "loop/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { HEAD = 4, READ_ROOM = 64 << 10, READ_MOST = 512 << 10, KEEP_ROOM = 256 << 10 };

static void on_ready(void *arg, int events);

static int watch(struct duct *d, int events)
{
	watch_stop(d->watch);
	d->watch = loop_watch(d->loop, d->fd, events, on_ready, d);
	return d->watch == NULL ? TENON_NO_MEMORY : TENON_OK;
}

static void lose(struct duct *d, const char *what)
{
	if (d->fd < 0)
		return;
	duct_close(d);
	d->lost(d->arg, what);
}

/* ---- writing ---- */

static void flush(struct duct *d)
{
	while (d->sent < d->out.n) {
		ssize_t n = send(d->fd, d->out.p + d->sent, d->out.n - d->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		d->sent += (size_t)n;
	}
	if (d->sent == d->out.n) {
		d->sent = d->out.n = 0;
		if (d->out.room > KEEP_ROOM)
			buf_free(&d->out);
	}
	bool writing = d->out.n > 0;
	if (writing != d->writing && watch(d, LOOP_READ | (writing ? LOOP_WRITE : 0)) < 0)
		lose(d, "cannot be watched: no memory");
	d->writing = writing;
}

void duct_send(struct duct *d, struct buf *b)
{
	const unsigned char head[HEAD] = { (unsigned char)(b->n >> 24), (unsigned char)(b->n >> 16), (unsigned char)(b->n >> 8),
	                                   (unsigned char)b->n };
	struct iovec parts[] = { { (void *)(uintptr_t)head, HEAD }, { b->p, b->n } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };
	size_t done = 0;

	loop_linger(d->loop);
	if (d->fd >= 0 && d->out.n == 0) {
		ssize_t n = sendmsg(d->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		done = n > 0 ? (size_t)n : 0;
	}
	if (d->fd >= 0 && done < HEAD + b->n) {
		if (done < HEAD)
			buf_add(&d->out, head + done, HEAD - done);
		buf_add(&d->out, b->p + (done > HEAD ? done - HEAD : 0), b->n - (done > HEAD ? done - HEAD : 0));
		if (d->out.failed)
			lose(d, "gets no more: no memory");
		else
			flush(d);
	}
	b->n = 0;
}

/* ---- reading ---- */

static size_t length_at(const struct buf *b, size_t at)
{
	const unsigned char *p = (const unsigned char *)b->p + at;
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

/* hands over the whole frames that are there; false: it is closed now */
static bool take_frames(struct duct *d)
{
	size_t at = 0;

	while (d->in.n - at >= HEAD) {
		size_t n = length_at(&d->in, at);
		if (n > FRAME_MOST) {
			lose(d, "sends a frame that is too long");
			return false;
		}
		if (d->in.n - at - HEAD < n)
			break;
		d->got(d->arg, d->in.p + at + HEAD, n);
		if (d->fd < 0)
			return false;
		at += HEAD + n;
	}
	memmove(d->in.p, d->in.p + at, d->in.n - at);
	d->in.n -= at;
	if (d->in.n == 0 && d->in.room > KEEP_ROOM)
		buf_free(&d->in);
	return true;
}

void duct_read(struct duct *d)
{
	for (size_t total = 0; d->fd >= 0 && total < READ_MOST;) {
		if (!buf_reserve(&d->in, READ_ROOM)) {
			lose(d, "is not heard: no memory");
			return;
		}
		size_t room = d->in.room - d->in.n;
		ssize_t n = recv(d->fd, d->in.p + d->in.n, room, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n <= 0) {
			lose(d, NULL);
			return;
		}
		d->in.n += (size_t)n;
		total += (size_t)n;
		if (!take_frames(d) || (size_t)n < room)
			return;
	}
}

static void on_ready(void *arg, int events)
{
	struct duct *d = arg;

	if (events & LOOP_WRITE)
		flush(d);
	if (events & (LOOP_READ | LOOP_HANGUP))
		duct_read(d);
}

/* ---- life ---- */

bool duct_is_open(const struct duct *d) { return d->loop != NULL && d->fd >= 0; }

size_t duct_waiting(const struct duct *d) { return d->out.n - d->sent; }

int duct_open(struct duct *d, int fd)
{
	d->fd = fd;
	d->watch = NULL;
	if (watch(d, LOOP_READ) == TENON_OK)
		return TENON_OK;
	duct_close(d);
	return TENON_NO_MEMORY;
}

void duct_close(struct duct *d)
{
	if (!duct_is_open(d))
		return;
	watch_stop(d->watch);
	close(d->fd);
	d->watch = NULL;
	d->fd = -1;
	buf_free(&d->in);
	buf_free(&d->out);
	d->sent = 0;
}
