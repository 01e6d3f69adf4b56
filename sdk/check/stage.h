/* SPDX-License-Identifier: Apache-2.0 */
/* stage - a plugin on the real bus, alone: instances of it in a placement, and calls to them from the main thread.
 *
 * Model    A stage has a loop that plays the door, and for placement `thread` another that is the instance's home. Both run on
 *          threads of their own. stage_add creates and starts an instance; stage_call sends one call and waits until both
 *          sides have let go of it, which a handler that goes on behind its deadline does not.
 * Threads  all functions: the main thread.
 * Failure  struct err says why. What is stuck cannot be taken back: the caller ends the process. */
#ifndef CHECK_STAGE_H
#define CHECK_STAGE_H

#include "base/arena.h"
#include "subject.h"

struct buf;
struct err;
struct instance;
struct method;
struct shape;
struct stage;

enum { CALL_MS = 3000, GRACE_MS = 2000, STEP_MS = 5000 };

struct request {
	const char *method;          /* of the instance */
	const char *json;            /* arguments, read strictly; NULL: `message` as it is */
	const void *message;
	const void *in;              /* the stream that comes with it */
	size_t in_n;
	bool endless;                /* it never ends by itself, and breaks when the call is cancelled */
	bool whole;                  /* all of the answer's bytes are wanted, else `span` */
	struct tenon_span span;
	int cancel_ms;               /* the caller leaves after so long; 0: it does not */
	int deadline_ms;             /* 0: CALL_MS */
};

struct answer {
	int code;
	char message[1024];
	bool decoded;                /* false: the arguments were refused before the handler saw them */
	bool stuck;                  /* the handler runs on behind deadline and grace: end the process */
	int64_t ns;
	char *json;                  /* the result; NULL if there is none */
	char *out;                   /* the bytes that it answered with */
	size_t out_n;
	const char *fault;           /* of the result: what breaks its table; NULL */
	char fault_at[80];
};

int  stage_open(struct stage **, struct subject *, enum placement, struct err *);
/* Closes what was added, newest first. False: something does not end. */
bool stage_close(struct stage *);

/* settings: in place of the subject's; NULL: the subject's. The folder is `<dir>/<name>`. */
int  stage_add(struct stage *, const char *name, const char *const *settings, size_t n, struct instance **, struct err *);
bool stage_remove(struct stage *, struct instance *); /* drains, stops, destroys; false: it does not end */
void stage_call(struct stage *, struct instance *, const struct request *, struct answer *);
void answer_free(struct answer *);
int  stage_ready(struct stage *, struct instance *, struct err *);
struct method *stage_method(struct instance *, const char *name);
const char *stage_name(const struct subject *);  /* what the instance is called unless told */

/* the configuration struct from settings; free with mem_free */
int stage_config(const struct subject *, const char *const *settings, size_t n, void **config, struct err *);
void stage_forget_configs(void); /* what their texts lie in; when no instance needs them */

#endif
