/* SPDX-License-Identifier: Apache-2.0 */
/* folder - keeps a process from writing anywhere but in one folder (Landlock), whatever the modes of files would allow. */
#ifndef HOST_FOLDER_H
#define HOST_FOLDER_H

struct err;

/* For this thread and those it starts, for good; no_new_privs must be set. A kernel without Landlock: 0, and nothing is kept. */
int folder_keep(const char *dir, struct err *);

#endif
