/* SPDX-License-Identifier: Apache-2.0 */
/* peers - how many connections each address has. Any thread. */
#ifndef HTTP_PEERS_H
#define HTTP_PEERS_H

#include <stdbool.h>
#include <stddef.h>

struct peers;
struct sockaddr;

struct peers *peers_new(void);
void peers_free(struct peers *);
/* Counts one more of this address, unless it has `most` already (or memory is out). NULL peers: yes, uncounted. */
bool peers_enter(struct peers *, const struct sockaddr *, size_t most);
void peers_leave(struct peers *, const struct sockaddr *);

#endif
