/* SPDX-License-Identifier: Apache-2.0 */
/* bench - bus-bench SIDE WORK NUMBER: one measurement of bench/bus, a process of its own; prints the figure.
 *
 *	tenon inline|thread|process  CALLERS   calls/s of that many callers at once; inline: see `added`
 *	tenon added                  0         ns that an inline call takes over a direct one
 *	tenon stream|growth          MB        MB/s of a stream in 64 KiB parts; MB that both processes grew by after its first quarter
 *	tenon start|idle             0         ms until the first answer of a host that is not there yet; MB (PSS) of an idle one
 *	nng inproc|ipc               CONTEXTS  calls/s of bare REQ/REP
 *	unix stream                  MB        MB/s through a bare unix socket, writes of 64 KiB
 *	c direct                     0         ns of a direct call through a pointer
 *
 * Each takes the seconds to run as its last argument where it gives a rate of calls. Exit status 1: stderr says why. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdint.h>

struct echo_args;
struct echo_result;

enum { WARM_MS = 200 };

int side_tenon(const char *work, long number, double seconds);
int side_nng(const char *work, long number, double seconds);
int side_unix(const char *work, long number, double seconds);
int side_c(const char *work, long number, double seconds);

double direct_ns(void);
void   sleep_for(double seconds);

#endif
