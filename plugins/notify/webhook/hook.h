/* SPDX-License-Identifier: Apache-2.0 */
/* hook - an instance: its settings, checked and copied when it is made, and only read afterwards. Any thread.
 *
 * Secrets  url, keys, mlflow_secret, headers: none of them, nor a part of the URL but its origin, is for people's eyes. */
#ifndef WEBHOOK_HOOK_H
#define WEBHOOK_HOOK_H

#include "signature.h"
#include "lib/http.h"

struct hook {
	char *url, *ca_file, *mlflow_secret;  /* "" = none */
	char origin[300];                     /* "https://example.org", for people */
	struct signature_key *keys;
	size_t n_keys;
	char **headers;                       /* "Name: value" */
	size_t n_headers;
	struct address_net *nets;
	struct http_client client;            /* points into the above */
};

#endif
