/* SPDX-License-Identifier: Apache-2.0 */
/* groups - the parts of the conformance suite; each runs in a process of its own (suite.h). `arg` is a struct place *. */
#ifndef CHECK_GROUPS_H
#define CHECK_GROUPS_H

#include "subject.h"

struct answer;
struct buf;
struct instance;
struct stage;

/* a subject in one placement */
struct place { struct subject *subject; enum placement placement; };

void group_symbols(void *);     /* descriptor.c: what the file exports and imports */
void group_descriptor(void *);
void group_interface(void *);   /* contract.c */
void group_create(void *);      /* lifecycle.c */
void group_config(void *);
void group_instances(void *);
void group_arguments(void *);   /* arguments.c */
void group_cancel(void *);
void group_memory(void *);      /* faults.c */
void group_host(void *);
void group_meaning(void *);     /* cases.c */

/* ---- what they share (common.c) ---- */

/* loads it and opens a stage with one instance; ends the group with a failed case when that is not possible */
struct stage *common_open(const struct place *, struct instance **);
void common_close(struct stage *);
/* NULL, or why the answer is none that a caller may get; for a case's `found` */
const char *common_fault(const struct instance *, const char *method, const struct answer *);
/* good arguments for a method: the author's, or made; valid until the next call */
const char *common_args(const struct subject *, struct instance *, const char *method);
int common_fds(void);
int common_threads(void);

#endif
