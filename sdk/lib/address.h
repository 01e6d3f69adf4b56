/* SPDX-License-Identifier: Apache-2.0 */
/* address - which network addresses a plugin may connect to on somebody's word, and which only when its admin listed them.
 *
 * Public are the unicast addresses of the internet (IANA's special-purpose registries, RFC 6890 and its updates). Not public: loopback,
 * private, shared (100.64/10), link-local with the metadata services of clouds in it, documentation, multicast, reserved, and the IPv6
 * forms that carry an IPv4 address (mapped, NAT64, 6to4) when that is not public. Pure, any thread. */
#ifndef TENON_LIB_ADDRESS_H
#define TENON_LIB_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

struct sockaddr;

enum { ADDRESS_TEXT = 64 };

/* a network: «10.1.0.0/16», «fd00::/8», or one address; IPv4 is kept as the IPv6 address that maps it */
struct address_net { unsigned char bytes[16]; unsigned bits; };

bool address_is_public(const struct sockaddr *);                /* false for families other than IPv4 and IPv6 */
bool address_net_parse(const char *text, struct address_net *); /* false: it is no address */
bool address_in(const struct sockaddr *, const struct address_net *, size_t n);
void address_print(const struct sockaddr *, char out[ADDRESS_TEXT]);

#endif
