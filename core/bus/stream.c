/* SPDX-License-Identifier: Apache-2.0 */
/* stream - chunks under a mutex. Nothing waits while holding it. */
#include "stream.h"
#include "base/list.h"
#include "base/mem.h"
#include "wait.h"
#include <tenon/error.h>

#include <pthread.h>
#include <string.h>
#include <unistd.h>

struct chunk {
	struct node node;
	size_t at, n;       /* memory: bytes[at..n) are unread */
	int fd;             /* file: >= 0 */
	int64_t offset, length;
	char bytes[];
};

struct stream {
	pthread_mutex_t lock;
	struct list chunks;
	size_t queued;
	int refs, code;
	bool ended, broken;
	struct wait *reader, *writer; /* who waits, if anybody */
	void (*readable)(void *), (*writable)(void *);
	void *arg;
};

struct stream *stream_new(void)
{
	struct stream *s = mem_zero(sizeof *s);
	if (s == NULL)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	list_init(&s->chunks);
	s->refs = 1;
	return s;
}

struct stream *stream_ref(struct stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->refs++;
	pthread_mutex_unlock(&s->lock);
	return s;
}

static void chunk_free(struct chunk *c)
{
	if (c->fd >= 0)
		close(c->fd);
	mem_free(c);
}

static void drop_chunks(struct stream *s)
{
	struct node *n;
	while ((n = list_pop(&s->chunks)) != NULL)
		chunk_free(LIST_ITEM(n, struct chunk, node));
	s->queued = 0;
}

void stream_unref(struct stream *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	bool last = --s->refs == 0;
	pthread_mutex_unlock(&s->lock);
	if (!last)
		return;
	drop_chunks(s);
	pthread_mutex_destroy(&s->lock);
	mem_free(s);
}

void stream_notify(struct stream *s, void (*readable)(void *), void (*writable)(void *), void *arg)
{
	s->readable = readable;
	s->writable = writable;
	s->arg = arg;
}

/* under the lock: whom to wake after it */
static struct wait *take(struct wait **w)
{
	struct wait *got = *w;
	*w = NULL;
	return got;
}

static void unlock_and_tell(struct stream *s, struct wait *w, void (*tell)(void *))
{
	pthread_mutex_unlock(&s->lock);
	if (w != NULL)
		wait_wake(w);
	if (tell != NULL)
		tell(s->arg);
}

static void queue_chunk(struct stream *s, struct chunk *c, size_t weight) /* takes the lock's place: unlocks */
{
	list_add(&s->chunks, &c->node);
	s->queued += weight;
	unlock_and_tell(s, take(&s->reader), s->readable);
}

static struct chunk *chunk_new(const void *p, size_t n)
{
	struct chunk *c = mem_alloc(sizeof *c + n);
	if (c == NULL)
		return NULL;
	*c = (struct chunk){ .n = n, .fd = -1 };
	memcpy(c->bytes, p, n);
	return c;
}

/* locks; waits for room. Returns with the lock held and 0, or unlocked and the code that the stream broke with. */
static int lock_with_room(struct stream *s)
{
	struct wait w;

	for (;;) {
		pthread_mutex_lock(&s->lock);
		if (s->broken || s->ended) {
			int code = s->code;
			pthread_mutex_unlock(&s->lock);
			return code < 0 ? code : TENON_CANCELLED;
		}
		if (s->queued < STREAM_WINDOW)
			return TENON_OK;
		wait_init(&w);
		s->writer = &w;
		pthread_mutex_unlock(&s->lock);
		wait_for(&w);
	}
}

int stream_write(struct stream *s, const void *p, size_t n)
{
	for (const char *at = p; n > 0;) {
		size_t part = n < STREAM_WINDOW ? n : STREAM_WINDOW;
		struct chunk *c = chunk_new(at, part);
		if (c == NULL)
			return TENON_NO_MEMORY;
		int rc = lock_with_room(s);
		if (rc < 0) {
			mem_free(c);
			return rc;
		}
		queue_chunk(s, c, part);
		at += part;
		n -= part;
	}
	return TENON_OK;
}

int stream_write_file(struct stream *s, int fd, int64_t offset, int64_t length)
{
	struct chunk *c = mem_alloc(sizeof *c);
	int rc = c == NULL ? TENON_NO_MEMORY : lock_with_room(s);

	if (rc < 0) {
		mem_free(c);
		close(fd);
		return rc;
	}
	*c = (struct chunk){ .fd = fd, .offset = offset, .length = length };
	queue_chunk(s, c, 0);
	return TENON_OK;
}

size_t stream_offer(struct stream *s, const void *p, size_t n)
{
	pthread_mutex_lock(&s->lock);
	size_t room = s->queued < STREAM_WINDOW ? STREAM_WINDOW - s->queued : 0;
	bool gone = s->broken || s->ended;
	pthread_mutex_unlock(&s->lock);
	if (gone)
		return n; /* nobody reads: let it pass, the call's outcome says why */
	n = n < room ? n : room;
	struct chunk *c = n == 0 ? NULL : chunk_new(p, n);
	if (c == NULL)
		return 0;
	pthread_mutex_lock(&s->lock);
	queue_chunk(s, c, n);
	return n;
}

void stream_end(struct stream *s, int code)
{
	pthread_mutex_lock(&s->lock);
	if (s->ended || s->broken) {
		pthread_mutex_unlock(&s->lock);
		return;
	}
	s->ended = true;
	s->code = code;
	unlock_and_tell(s, take(&s->reader), s->readable);
}

void stream_break(struct stream *s, int code)
{
	pthread_mutex_lock(&s->lock);
	if (!s->broken) {
		s->broken = true;
		if (!s->ended || code < 0)
			s->code = code;
		drop_chunks(s);
	}
	struct wait *reader = take(&s->reader), *writer = take(&s->writer);
	unlock_and_tell(s, writer, s->writable);
	if (reader != NULL)
		wait_wake(reader);
}

int stream_code(struct stream *s)
{
	pthread_mutex_lock(&s->lock);
	int code = s->code;
	pthread_mutex_unlock(&s->lock);
	return code;
}

enum stream_state stream_peek(struct stream *s, struct stream_peek *peek)
{
	enum stream_state state = STREAM_MORE;

	pthread_mutex_lock(&s->lock);
	if (!list_empty(&s->chunks)) {
		struct chunk *c = LIST_ITEM(s->chunks.head.next, struct chunk, node);
		*peek = c->fd >= 0 ? (struct stream_peek){ .n = (size_t)c->length, .fd = c->fd, .offset = c->offset }
		                   : (struct stream_peek){ .p = c->bytes + c->at, .n = c->n - c->at, .fd = -1 };
	} else {
		state = !s->ended && !s->broken ? STREAM_EMPTY : s->code < 0 ? STREAM_FAILED : STREAM_ENDED;
	}
	pthread_mutex_unlock(&s->lock);
	return state;
}

void stream_skip(struct stream *s, size_t n)
{
	struct chunk *done = NULL;
	bool had_room;

	pthread_mutex_lock(&s->lock);
	if (list_empty(&s->chunks)) {
		pthread_mutex_unlock(&s->lock);
		return;
	}
	struct chunk *c = LIST_ITEM(s->chunks.head.next, struct chunk, node);
	had_room = s->queued < STREAM_WINDOW;
	if (c->fd >= 0) {
		c->offset += (int64_t)n;
		c->length -= (int64_t)n;
	} else {
		c->at += n;
		s->queued -= n;
	}
	if (c->fd >= 0 ? c->length <= 0 : c->at == c->n) {
		node_take(&c->node);
		done = c;
	}
	bool made_room = !had_room && s->queued < STREAM_WINDOW;
	unlock_and_tell(s, s->queued < STREAM_WINDOW ? take(&s->writer) : NULL, made_room ? s->writable : NULL);
	if (done != NULL)
		chunk_free(done);
}

static int64_t read_chunk(struct stream_peek *peek, void *p, size_t n)
{
	n = n < peek->n ? n : peek->n;
	if (peek->fd < 0) {
		memcpy(p, peek->p, n);
		return (int64_t)n;
	}
	ssize_t got = pread(peek->fd, p, n, peek->offset);
	return got > 0 ? got : TENON_DATA_LOSS; /* a file that shrank under us */
}

/* What else is there without waiting. A writer fills what room there is, so a reader that took one chunk at a time would get ever
 * smaller ones. */
static int64_t read_more(struct stream *s, char *p, size_t n)
{
	struct stream_peek peek;
	size_t all = 0;

	while (all < n && stream_peek(s, &peek) == STREAM_MORE && peek.fd < 0) {
		size_t got = (size_t)read_chunk(&peek, p + all, n - all);
		stream_skip(s, got);
		all += got;
	}
	return (int64_t)all;
}

int64_t stream_read(struct stream *s, void *p, size_t n)
{
	struct stream_peek peek;
	struct wait w;

	for (;;) {
		switch (stream_peek(s, &peek)) {
		case STREAM_MORE: {
			int64_t got = read_chunk(&peek, p, n);
			if (got <= 0)
				return got;
			stream_skip(s, (size_t)got);
			return got + read_more(s, (char *)p + got, n - (size_t)got);
		}
		case STREAM_ENDED:
			return 0;
		case STREAM_FAILED:
			return stream_code(s);
		case STREAM_EMPTY:
			break;
		}
		pthread_mutex_lock(&s->lock);
		bool wait = list_empty(&s->chunks) && !s->ended && !s->broken;
		if (wait) {
			wait_init(&w);
			s->reader = &w;
		}
		pthread_mutex_unlock(&s->lock);
		if (wait)
			wait_for(&w);
	}
}
