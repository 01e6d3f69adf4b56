/* SPDX-License-Identifier: Apache-2.0 */
/* http - one request to the server by libcurl, and what its refusals mean for our exit code.
 *
 * Model    A remote is a base URL and patience. http_ask collects the answer; http_move streams a body to or from a file and
 *          keeps neither in memory.
 * Failure  Everything returns an enum exit_code and has complained already, unless the remote is `quiet`.
 * Threads  one; http_interrupts makes Ctrl-C end the present request with EXIT_INTERRUPTED. */
#ifndef CLI_HTTP_H
#define CLI_HTTP_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct remote {
	const char *url;      /* without a slash at its end */
	long timeout_ms;      /* of a call; of a transfer: without a byte moved */
	bool quiet;
};

struct answer { long status; struct buf body; };

/* told how a transfer goes: bytes so far, and of how many (-1 = unknown) */
struct watcher { void (*moved)(void *arg, int64_t done, int64_t of); void *arg; };

struct move {
	const char *path;     /* with its query */
	FILE *from;           /* upload: the body, `size` bytes of it (-1 = to its end); NULL: none */
	int64_t size;
	const char *json;     /* otherwise: a JSON body; NULL = GET */
	/* download: takes bytes of a good answer, false = it cannot; NULL: the answer is kept */
	bool (*take)(void *arg, const void *p, size_t n);
	void *take_arg;
	const char *type;     /* media type of the answer, once `take` is called */
	struct watcher watch;
	struct answer answer; /* what came instead of bytes: a refusal, or a JSON result */
};

void http_interrupts(void);
bool http_interrupted(void);

/* GET, or POST of `json`. A status of 400 and more is complained of and gives its exit code. */
int  http_ask(const struct remote *, const char *path, const char *json, struct answer *);
/* the same, and any status is as good as another: EXIT_OK when there is an answer */
int  http_look(const struct remote *, const char *path, struct answer *);
int  http_move(const struct remote *, struct move *);
void http_escape(struct buf *, const char *s);         /* for a query string */

#endif
