/* SPDX-License-Identifier: Apache-2.0 */
/* echo - the messages of the plugin that is measured: sixteen bytes there and back, or a stream of as many as asked for. */
#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

#include <tenon/plugin.h>

enum { ECHO_BYTES = 16, ECHO_PART = 64 << 10 };

#define ECHO_ARGS(F, S) F(S, struct tenon_bytes, body, .flags = TENON_REQUIRED, .doc = "what comes back")
TENON_MESSAGE(echo_args, ECHO_ARGS);
#define ECHO_RESULT(F, S) F(S, struct tenon_bytes, body, .doc = "what came")
TENON_MESSAGE(echo_result, ECHO_RESULT);
#define POUR_ARGS(F, S) F(S, int64_t, bytes, .flags = TENON_REQUIRED, .range = "1..", .doc = "how many to answer with")
TENON_MESSAGE(pour_args, POUR_ARGS);

#endif
