/* SPDX-License-Identifier: Apache-2.0 */
/* host - what the mock lends to its plugin (struct tenon_host), and the memory of its calls. */
#ifndef MOCK_HOST_H
#define MOCK_HOST_H

#include "mock.h"

#include <pthread.h>

enum { MOCK_METRICS = 64 };

struct mock {
	struct tenon_host host;       /* first: a host pointer leads here */
	const struct tenon_plugin *plugin;
	void *self;
	bool created;
	int (*answer)(struct tenon_call *, const struct mock_question *, void *);
	void *answer_arg;
	void (*told)(struct mock_call *, void *);
	void *told_arg;
	pthread_mutex_t lock;         /* of what follows */
	struct { const char *name; double value; } metrics[MOCK_METRICS];
	char log[1024];
};

struct tenon_batch { struct mock_call *const *calls; size_t n, at; };

void  mock_host_lend(struct mock *, const char *dir);
void  mock_host_end(struct mock *);
void *mock_host_memory(struct mock_call *, size_t n); /* zeroed, of the call; not counted by `allocs` */
void  mock_host_forget(struct mock_call *);           /* frees it */

#endif
