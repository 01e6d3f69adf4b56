/* SPDX-License-Identifier: Apache-2.0 */
/* access - may this caller do that to this thing? From a row's permission to the entities that it is about.
 *
 *	"edit@run_id" --argument run_id--> run 5f.. --resolver--> experiment 7 --resolver--> workspace default
 *
 * Model    A permission is an action, and the argument that names an entity; without one, or with "workspace", it is about the
 *          workspace. The service that owns a kind of entity resolves it to what it belongs to, up to the workspace: a chain.
 *          An argument with many ids gives many chains, all of which must be allowed. Nothing is cached here.
 * Threads  access_parse, access_bind: before the loops run. access_check: the call's fiber; WAITS (resolvers ask their store).
 * Failure  Parsing and binding name method, permission and what to do. At run time: what the resolver says (NOT_FOUND), or what
 *          the decision says (PERMISSION_DENIED).
 * Not here who decides (bus->decide; unset = everything is allowed), and calls between plugins, which act for a caller that
 *          was asked at the door. */
#ifndef BUS_ACCESS_H
#define BUS_ACCESS_H

#include <stddef.h>
#include <tenon/plugin.h>

struct bus;
struct call;
struct err;
struct instance;
struct method;

enum { ACCESS_DEPTH = 8 };

struct access_chain { struct tenon_entity v[ACCESS_DEPTH]; size_t n; }; /* the entity itself first, its workspace last */
struct access { const char *action; struct access_chain *chains; size_t n; };

int access_parse(struct method *, struct err *);      /* the permission of its row */
int access_add(struct instance *, struct err *);      /* the resolvers of its plugin */
int access_bind(struct bus *, struct err *);          /* all instances are there: is there a resolver for each? */

/* `args`: a struct of the method's own table. The chains live in the call's arena. */
int access_resolve(struct call *, const struct method *, const void *args, struct access *out);
/* Asks bus->decide about each chain. Only with `decide` set. */
int access_check(struct call *);

/* what a method keeps of its permission */
struct permission {
	char action[32];                       /* "" = it needs none: HIDDEN, or "-" */
	const char *field;                     /* as the row has it, behind the @; NULL: the workspace */
	int row;                               /* of the arguments; -1: the workspace */
	struct method *resolver;               /* access_bind found it */
};

#endif
