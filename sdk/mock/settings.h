/* SPDX-License-Identifier: Apache-2.0 */
/* settings - a plugin's configuration from "name=value" lines and the defaults of its table. */
#ifndef MOCK_SETTINGS_H
#define MOCK_SETTINGS_H

#include <stddef.h>

struct tenon_table;

/* Fills `config`. Texts are borrowed from `settings` and the table. */
int mock_settings(const struct tenon_table *, const char *const *settings, void *config, char *why, size_t why_size);

#endif
