/* SPDX-License-Identifier: Apache-2.0 */
/* hosting - what tenond tells a host on its fd 3, before it loads anything: where the bus is, which plugin, its configuration,
 * its limits. Packed by the table below, so both ends read the same rows. */
#ifndef PLUG_HOSTING_H
#define PLUG_HOSTING_H

#include <tenon/plugin.h>

#define HOSTING(F, S) \
	F(S, const char *, address, .doc = "of the bus") \
	F(S, const char *, token, .doc = "opens the bus once") \
	F(S, const char *, path, .doc = "of the plugin") \
	F(S, const char *, kind, .doc = "what it must call itself: <interface>/<vendor>") \
	F(S, const char *, python, .doc = "the interpreter that runs it, if it is written in Python") \
	F(S, const char *, instance, .doc = "its name on the bus") \
	F(S, const char *, data_dir, .doc = "the one folder that it may write to") \
	F(S, struct tenon_bytes, config, .doc = "the instance's configuration, packed by the plugin's own table") \
	F(S, int64_t, parent, .doc = "process that started it: it ends with that") \
	F(S, bool, duct, .doc = "its stdin is the duct that calls come by") \
	F(S, int64_t, lanes, .dflt = "64", .range = "1..256", .doc = "calls at once") \
	F(S, int64_t, log_level, .doc = "the chattiest lines that it writes") \
	F(S, int64_t, call_memory, .doc = "bytes of memory that one call may take") \
	F(S, int64_t, memory, .doc = "bytes of memory of the process") \
	F(S, int64_t, cpu_seconds, .doc = "processor time of the process, in all") \
	F(S, int64_t, open_files, .dflt = "256", .doc = "descriptors") \
	F(S, int64_t, threads, .dflt = "256", .doc = "threads, those of the host included") \
	F(S, int64_t, uid, .dflt = "-1", .doc = "to become; -1: stay") \
	F(S, int64_t, gid, .dflt = "-1", .doc = "to become; -1: stay") \
	F(S, bool, seccomp, .dflt = "true", .doc = "refuse system calls that no plugin needs") \
	F(S, bool, exec, .doc = "may start programs")
TENON_STRUCT(hosting, HOSTING);
extern const struct tenon_table hosting_table;

#endif
