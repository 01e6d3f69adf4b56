/* SPDX-License-Identifier: Apache-2.0 */
/* error - the codes that every fallible function and every call ends with.
 *
 * One list gives the enum, the names on the wire and in logs, and the status that a door answers with unless
 * its dialect says otherwise. 0 is success, failures are negative. A code, once given, keeps its number. */
#ifndef TENON_ERROR_H
#define TENON_ERROR_H

/*      name                 code  HTTP  what it means to the caller */
#define TENON_ERRORS(X) \
	X(OK,                   0, 200, "done") \
	X(INVALID_ARGUMENT,    -1, 400, "an argument is missing, malformed or out of range") \
	X(NOT_FOUND,           -2, 404, "no such thing") \
	X(ALREADY_EXISTS,      -3, 409, "a thing of that name is there already") \
	X(FAILED_PRECONDITION, -4, 409, "not in the state that this needs") \
	X(CONFLICT,            -5, 409, "somebody else changed it meanwhile") \
	X(UNAUTHENTICATED,     -6, 401, "who is calling is not known") \
	X(PERMISSION_DENIED,   -7, 403, "the caller may not do this") \
	X(TOO_LARGE,           -8, 413, "over a size limit") \
	X(LIMIT_EXCEEDED,      -9, 429, "over a rate or a quota") \
	X(OVERLOADED,         -10, 503, "a queue is full; try again later") \
	X(UNAVAILABLE,        -11, 503, "a part that this needs is down") \
	X(DEADLINE_EXCEEDED,  -12, 504, "not done in time") \
	X(CANCELLED,          -13, 499, "the caller left") \
	X(UNSUPPORTED,        -14, 501, "this build, plugin or store cannot do it") \
	X(STORAGE_FULL,       -15, 507, "no room left where it must be written") \
	X(DATA_LOSS,          -16, 500, "stored data cannot be read back") \
	X(NO_MEMORY,          -17, 503, "no memory for it") \
	X(INTERNAL,           -18, 500, "a bug or a broken promise of a part") \
	X(NO_ROUTE,           -19, 404, "no method answers to this name or path") \
	X(NOT_ALLOWED,        -20, 405, "the path is known, the HTTP method is not")

enum tenon_error {
#define X(name, code, http, text) TENON_##name = (code),
	TENON_ERRORS(X)
#undef X
	TENON_ERROR_LAST = -20,
};

#endif
