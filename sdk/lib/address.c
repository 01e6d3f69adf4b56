/* SPDX-License-Identifier: Apache-2.0 */
/* address - tables of networks, compared bit by bit.
 *
 * Everything is compared as 16 bytes: an IPv4 address as ::ffff:a.b.c.d. */
#include "lib/address.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* not public, IPv4 */
static const struct { uint32_t net; unsigned bits; } closed4[] = {
	{ 0x00000000, 8 },   /* this network */
	{ 0x0A000000, 8 },   /* private */
	{ 0x64400000, 10 },  /* shared; 100.100.100.200 is a metadata service */
	{ 0x7F000000, 8 },   /* loopback */
	{ 0xA83F8110, 32 },  /* 168.63.129.16: Azure's host */
	{ 0xA9FE0000, 16 },  /* link-local; 169.254.169.254 is a metadata service */
	{ 0xAC100000, 12 },  /* private */
	{ 0xC0000000, 24 },  /* protocol assignments; 192.0.0.192 is a metadata service */
	{ 0xC0000200, 24 },  /* documentation */
	{ 0xC0586300, 24 },  /* 6to4 relays */
	{ 0xC0A80000, 16 },  /* private */
	{ 0xC6120000, 15 },  /* benchmarks */
	{ 0xC6336400, 24 },  /* documentation */
	{ 0xCB007100, 24 },  /* documentation */
	{ 0xE0000000, 4 },   /* multicast */
	{ 0xF0000000, 4 },   /* reserved, broadcast */
};

static bool starts_with(const unsigned char *a, const unsigned char *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;
	return memcmp(a, net, whole) == 0 && (rest == 0 || ((a[whole] ^ net[whole]) >> (8 - rest)) == 0);
}

static bool is_public4(const unsigned char *p)
{
	uint32_t a = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];

	for (size_t i = 0; i < sizeof closed4 / sizeof *closed4; i++)
		if ((a ^ closed4[i].net) >> (32 - closed4[i].bits) == 0)
			return false;
	return true;
}

static bool is_public6(const unsigned char *a)
{
	static const unsigned char mapped[12] = { [10] = 0xFF, [11] = 0xFF }, nat64[12] = { 0x00, 0x64, 0xFF, 0x9B };

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return is_public4(a + 12);
	if ((a[0] & 0xE0) != 0x20)
		return false; /* only 2000::/3 is the internet's */
	if (a[0] == 0x20 && a[1] == 0x02)
		return is_public4(a + 2); /* 6to4 */
	if (a[0] == 0x20 && a[1] == 0x01 && (a[2] & 0xFE) == 0x00)
		return false; /* 2001::/23: Teredo, benchmarks, ORCHID */
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0D && a[3] == 0xB8)
		return false; /* documentation */
	return !(a[0] == 0x3F && a[1] == 0xFF && (a[2] & 0xF0) == 0x00); /* 3fff::/20: documentation */
}

static bool to_bytes(const struct sockaddr *sa, unsigned char out[16])
{
	if (sa->sa_family == AF_INET6) {
		memcpy(out, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
		return true;
	}
	memset(out, 0, 10);
	memset(out + 10, 0xFF, 2);
	if (sa->sa_family == AF_INET)
		memcpy(out + 12, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
	return sa->sa_family == AF_INET;
}

bool address_is_public(const struct sockaddr *sa)
{
	unsigned char a[16];
	return to_bytes(sa, a) && is_public6(a);
}

bool address_net_parse(const char *text, struct address_net *net)
{
	size_t n = strcspn(text, "/");
	char host[ADDRESS_TEXT], *end = NULL;
	unsigned char four[4];

	if (n >= sizeof host)
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	*net = (struct address_net){ .bytes = { [10] = 0xFF, [11] = 0xFF }, .bits = 128 };
	bool is4 = inet_pton(AF_INET, host, four) == 1;
	if (is4)
		memcpy(net->bytes + 12, four, 4);
	else if (inet_pton(AF_INET6, host, net->bytes) != 1)
		return false;
	if (text[n] == '\0')
		return true;
	unsigned long bits = strtoul(text + n + 1, &end, 10);
	if (text[n + 1] < '0' || text[n + 1] > '9' || *end != '\0' || bits > (is4 ? 32u : 128u))
		return false;
	net->bits = (unsigned)bits + (is4 ? 96 : 0);
	return true;
}

bool address_in(const struct sockaddr *sa, const struct address_net *nets, size_t n)
{
	unsigned char a[16];

	for (size_t i = 0; to_bytes(sa, a) && i < n; i++)
		if (starts_with(a, nets[i].bytes, nets[i].bits))
			return true;
	return false;
}

void address_print(const struct sockaddr *sa, char out[ADDRESS_TEXT])
{
	const void *at = sa->sa_family == AF_INET6 ? (const void *)&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr
	                                           : (const void *)&((const struct sockaddr_in *)(const void *)sa)->sin_addr;
	bool known = sa->sa_family == AF_INET || sa->sa_family == AF_INET6;

	if (!known || inet_ntop(sa->sa_family, at, out, ADDRESS_TEXT) == NULL)
		snprintf(out, ADDRESS_TEXT, "an address of family %d", sa->sa_family);
}
