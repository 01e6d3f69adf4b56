/* messages - what goes into @NAME@'s methods and what comes out. Each list gives a struct, its presence bits (`has`) and its
 * table, from which Tenon decodes, validates, documents, and makes the CLI's options. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <tenon/plugin.h>

#define GREET_ARGS(F, S) \
	F(S, const char *, name, .flags = TENON_REQUIRED, .range = "1..200", .doc = "whom to greet") \
	F(S, int64_t, times, .dflt = "1", .range = "1..10", .doc = "how often")
TENON_MESSAGE(greet_args, GREET_ARGS);
#define GREET_RESULT(F, S) \
	F(S, const char *, text, .doc = "the greeting")
TENON_MESSAGE(greet_result, GREET_RESULT);

#endif
