/* SPDX-License-Identifier: Apache-2.0 */
/* route - which method a verb and a path mean, and whose words an error below a path takes.
 *
 * Model    A tree of path segments. Below a branch: named children, one {name} for any segment, one {name*} for all that
 *          follow; names win over {name} over {name*}, with a way back when the longer match fails. A prefix belongs to the
 *          dialect of a plugin that alone has routes below it, otherwise to `native`.
 * Threads  built before the loops run, only read afterwards. */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "base/arena.h"
#include "url.h"

struct dialect;
struct err;
struct method;
struct operation;

enum verb { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, VERBS, VERB_OTHER = VERBS };
enum { ROUTE_PARAMS = 6 };

struct route {
	enum verb verb;
	const char *path;                   /* "/api/2.0/mlflow-artifacts/artifacts/{path*}", without alternatives */
	const struct dialect *dialect;
	struct method *method;              /* or, of the door itself: */
	const struct operation *operation;
	const char *params[ROUTE_PARAMS];
	size_t n_params;
	struct route *next;                 /* in the order in which they were added */
};

struct routes {
	struct arena memory;
	struct branch *root;
	const struct dialect *native;
	struct route *first, **end;
};

void routes_init(struct routes *, const struct dialect *native);
void routes_free(struct routes *);
/* `pattern`: "POST /(api|ajax-api)/2.0/x/{name}". ALREADY_EXISTS when another route answers to the same. */
int  route_add(struct routes *, const char *pattern, const struct route *what, struct err *);

struct route_match {
	const struct route *route;          /* NULL: none */
	const struct dialect *dialect;      /* of the route, or of the longest prefix that is known */
	unsigned allowed;                   /* without a route: bits (1 << verb) of those that the path has */
	struct segment value[ROUTE_PARAMS]; /* raw */
};

/* TENON_NO_ROUTE, TENON_NOT_ALLOWED. HEAD finds the route of GET. */
int   route_find(const struct routes *, enum verb, const char *path, struct route_match *);
/* A value of a match, still encoded, with the slashes of {name*} collapsed; p NULL when out of memory. */
struct segment route_value(const struct route_match *, size_t i, struct arena *);

enum verb   verb_of(const char *name);
const char *verb_name(enum verb);

#endif
