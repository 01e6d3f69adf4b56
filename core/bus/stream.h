/* SPDX-License-Identifier: Apache-2.0 */
/* stream - bytes from one party to another, with a window: a slow reader stops its writer, nobody buffers without bound.
 *
 *	writer --write/offer--> [ chunk chunk file chunk ] --read/peek--> reader        end(code) | break(code)
 *
 * Model    a queue of chunks (memory, or a stretch of a file for sendfile). The writer ends it with 0 or an error code,
 *          the reader breaks it when it wants no more. A party that may wait uses write and read (fiber or worker); a
 *          door, which never waits, uses offer and peek/skip and is called back when it is worth trying again.
 * Threads  any, one writer and one reader; the callbacks run on the thread that caused them and only post.
 * Ownership  both ends hold it: stream_ref, stream_unref. A file chunk's descriptor belongs to the stream. */
#ifndef BUS_STREAM_H
#define BUS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;

enum { STREAM_WINDOW = 256 << 10 }; /* bytes queued before the writer waits */

struct stream *stream_new(void);     /* one reference; NULL when out of memory */
struct stream *stream_ref(struct stream *);
void stream_unref(struct stream *);

/* writing */
int  stream_write(struct stream *, const void *, size_t n);   /* waits; 0, or the code that the reader broke it with */
int  stream_write_file(struct stream *, int fd, int64_t offset, int64_t length); /* takes fd, also on failure */
size_t stream_offer(struct stream *, const void *, size_t n); /* never waits; bytes taken */
void stream_end(struct stream *, int code);                   /* 0 = complete; the first end counts */

/* reading */
int64_t stream_read(struct stream *, void *, size_t n);       /* waits; 0 = end, < 0 = the code that it was ended with */
struct stream_peek { const char *p; size_t n; int fd; int64_t offset; }; /* memory (fd < 0) or file */
enum stream_state { STREAM_MORE, STREAM_EMPTY, STREAM_ENDED, STREAM_FAILED };
enum stream_state stream_peek(struct stream *, struct stream_peek *); /* the first chunk; stays valid until skipped */
void stream_skip(struct stream *, size_t n);
int  stream_code(struct stream *);                            /* what it was ended with */
void stream_break(struct stream *, int code);                 /* the reader left; code < 0 */

/* The door's callbacks: `readable` after something was written or ended, `writable` after room was made. Set before the
 * other party runs. */
void stream_notify(struct stream *, void (*readable)(void *), void (*writable)(void *), void *arg);

#endif
