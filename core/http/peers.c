/* SPDX-License-Identifier: Apache-2.0 */
/* peers - a hash of chains under a mutex; only there when a limit asks for it. IPv6 clients count by their /64. */
#include "peers.h"
#include "base/mem.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

enum { CHAINS = 1024 };

struct peer { struct peer *next; unsigned char key[16]; size_t n; };
struct peers { pthread_mutex_t lock; struct peer *chains[CHAINS]; };

struct peers *peers_new(void)
{
	struct peers *p = mem_zero(sizeof *p);
	if (p != NULL)
		pthread_mutex_init(&p->lock, NULL);
	return p;
}

void peers_free(struct peers *p)
{
	for (size_t i = 0; p != NULL && i < CHAINS; i++)
		while (p->chains[i] != NULL) {
			struct peer *next = p->chains[i]->next;
			mem_free(p->chains[i]);
			p->chains[i] = next;
		}
	if (p != NULL)
		pthread_mutex_destroy(&p->lock);
	mem_free(p);
}

static void key_of(const struct sockaddr *a, unsigned char key[16])
{
	memset(key, 0, 16);
	if (a->sa_family == AF_INET)
		memcpy(key, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
	else if (a->sa_family == AF_INET6)
		memcpy(key, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 8);
}

/* under the lock: where the pointer to the peer stands, or would stand */
static struct peer **find(struct peers *p, const unsigned char key[16])
{
	uint64_t hash;

	memcpy(&hash, key, 8);
	struct peer **at = &p->chains[hash * 0x9E3779B97F4A7C15u >> 54];
	while (*at != NULL && memcmp((*at)->key, key, 16) != 0)
		at = &(*at)->next;
	return at;
}

bool peers_enter(struct peers *p, const struct sockaddr *a, size_t most)
{
	unsigned char key[16];
	bool in = false;

	if (p == NULL || most == 0)
		return true;
	key_of(a, key);
	pthread_mutex_lock(&p->lock);
	struct peer **at = find(p, key);
	if (*at == NULL && (*at = mem_zero(sizeof **at)) != NULL)
		memcpy((*at)->key, key, 16);
	if (*at != NULL && (*at)->n < most) {
		(*at)->n++;
		in = true;
	}
	pthread_mutex_unlock(&p->lock);
	return in;
}

void peers_leave(struct peers *p, const struct sockaddr *a)
{
	unsigned char key[16];

	if (p == NULL)
		return;
	key_of(a, key);
	pthread_mutex_lock(&p->lock);
	struct peer **at = find(p, key);
	if (*at != NULL && --(*at)->n == 0) {
		struct peer *gone = *at;
		*at = gone->next;
		mem_free(gone);
	}
	pthread_mutex_unlock(&p->lock);
}
