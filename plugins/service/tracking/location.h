/* SPDX-License-Identifier: Apache-2.0 */
/* location - where artifacts are kept: URIs and paths as MLflow accepts, completes and extends them.
 *
 * Text only: nothing is opened here. A relative path is completed with the server's working folder, as MLflow does. */
#ifndef TRACKING_LOCATION_H
#define TRACKING_LOCATION_H

#include <tenon/plugin.h>

/* May a client ask for this place? Not with a fragment, parameters, `..` in the query, runs:/, more than 2048 characters, or
 * a scheme that would make the server connect to a host of the client's choice. Pure, any thread. */
bool location_accepts(const char *asked);
/* MLflow's sentence about it, in `why` or constant; NULL if it is accepted */
#define LOCATION_WHY 2400
const char *location_problem(const char *asked, char *why, size_t size);

/* What is stored for an accepted location: relative paths completed, in the call's arena. INVALID_ARGUMENT if that makes it
 * too long. */
int location_resolve(struct tenon_call *c, const char *asked, const char **stored);

/* `location` with "/<below>" at the end of its path, before a query; in the call's arena, NULL when out of memory. */
const char *location_append(struct tenon_call *c, const char *location, const char *below);

#endif
