/* SPDX-License-Identifier: Apache-2.0 */
/* resolvers - what tracking's entities belong to: run and model to their experiment, an experiment to its workspace.
 *
 * All are looked for in the call's workspace alone. Whether an experiment is there is the handler's to say: a search over one
 * that is not finds nothing, and is no error. */
#ifndef TRACKING_RESOLVERS_H
#define TRACKING_RESOLVERS_H

#include <tenon/plugin.h>

extern const struct tenon_resolver tracking_resolvers[];

#endif
