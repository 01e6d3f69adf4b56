/* SPDX-License-Identifier: Apache-2.0 */
/* wish - which instances there are to be: those of the configuration, then those that plugins bring by themselves. */
#ifndef PLUG_WISH_H
#define PLUG_WISH_H

#include "supervisor.h"

#include <tenon/plugin.h>

struct conf;
struct err;
struct found;
struct map;

enum { WISHES_MOST = 256 };
enum placement { PLACE_DEFAULT, PLACE_INLINE, PLACE_THREAD, PLACE_PROCESS };

#define INSTANCE_CONF(F, S) \
	F(S, const char *, plugin, .doc = "which plugin it is: <interface>/<vendor>; the built-in instances know theirs") \
	F(S, int64_t, placement, .type = TENON_ENUM, .names = placements, .dflt = "default", \
	  .doc = "inline: on the main loop; thread: on a loop and thread of its own; process: in a process of its own, which cannot " \
	         "crash or read the core; default: inline for what comes with tenond, process for all else") \
	F(S, struct process_conf, process, TENON_SUB(process_conf), .doc = "limits of placement process")
TENON_STRUCT(instance_conf, INSTANCE_CONF);
extern const struct tenon_name placements[];
extern const struct tenon_table instance_conf_table; /* the core's own keys of an instance */

struct wish {
	const char *name;            /* of the instance */
	struct found *found;         /* the plugin that it is one of */
	struct instance_conf conf;
	bool taken;                  /* life.c: it was made */
};

/* Fills `wishes` (WISHES_MOST of them). What it points to belongs to `conf` and `found`. */
int wish_collect(struct conf *, const struct map *found, struct wish *wishes, size_t *n, struct err *);
enum placement wish_placement(const struct wish *); /* never PLACE_DEFAULT */

#endif
