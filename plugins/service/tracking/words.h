/* SPDX-License-Identifier: Apache-2.0 */
/* words - the store's numbers for the keys of metrics, params and tags (table `word`), with a cache before it.
 *
 * A word is never changed or removed, so what is cached stays true. */
#ifndef TRACKING_WORDS_H
#define TRACKING_WORDS_H

#include <tenon/plugin.h>

/* PARKS unless all are cached: ids[i] becomes the number of texts[i]; unknown ones are added to the store, durably. A
 * text may come more than once. Fails with the store's code. */
int words_intern(struct tenon_call *c, const char *const *texts, int64_t *ids, size_t n);

/* PARKS unless cached: the number of one word, 0 if the store does not know it. Adds nothing: for reading. */
int words_find(struct tenon_call *c, const char *text, int64_t *id);

#endif
