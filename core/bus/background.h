/* SPDX-License-Identifier: Apache-2.0 */
/* background - calls that an instance makes of itself: a poller, a delivery (host->spawn).
 *
 * Model    a root call without a door: nobody waits for it, it has no deadline, and it ends with its instance at the latest.
 *          When the instance drains, `ending` tells it so while the calls that it makes of others go on; what has not returned
 *          after GRACE_MS is cancelled for good, which cuts those too.
 * Threads  the instance's home loop.
 * Ownership  the background owns its call; `arg` is the plugin's, which gives it away only if spawning succeeded. */
#ifndef BUS_BACKGROUND_H
#define BUS_BACKGROUND_H

struct instance;
struct tenon_call;

/* `name` is borrowed for good. UNAVAILABLE: the instance drains. */
int background_spawn(struct instance *, const char *name, int (*fn)(struct tenon_call *, void *arg), void *arg);

/* A lifecycle step of the instance: refuses new ones, tells those that run, and returns when there are none. */
int background_end(struct tenon_call *);

#endif
