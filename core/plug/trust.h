/* SPDX-License-Identifier: Apache-2.0 */
/* trust - which files that did not come with tenond may be run, even in a process of their own.
 *
 * Model    any: all that lie in plugin_dirs. listed: those whose SHA-256 the configuration names. shipped: none. What is listed is
 *          read once, and what was read is what runs: a copy named by its digest, so that a file that is exchanged after the
 *          look is not the one that runs. A plugin in Python is run where it lies, since it may have modules beside it.
 * Threads  any. libcrypto is loaded when it is needed first: a tenond that lists nothing pays nothing for it. */
#ifndef PLUG_TRUST_H
#define PLUG_TRUST_H

#include <stddef.h>

struct err;

enum trust_level { TRUST_ANY, TRUST_LISTED, TRUST_SHIPPED };

struct trust {
	enum trust_level level;
	const char *const *digests;  /* 64 hex digits each */
	size_t n;
	const char *copies;          /* folder for what was verified; made if missing. NULL: nothing is copied (only a check) */
};

/* May the file at `path` run? Then `out` (4096 bytes) is the path of what to load. PERMISSION_DENIED says its digest. */
int trust_admit(const struct trust *, const char *path, char *out, struct err *);

#endif
