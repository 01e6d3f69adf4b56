/* SPDX-License-Identifier: Apache-2.0 */
/* contract - what an interface asks of its plugins: the methods, with their tables, and what they mean, as tables of cases.
 *
 * The methods are rows as plugins have them, so that the page of each interface is printed from them (scripts/iface-doc). A
 * new interface is a file contract_<name>.c and a line in contract.c. */
#ifndef CHECK_CONTRACT_H
#define CHECK_CONTRACT_H

#include <tenon/plugin.h>

/* One step of a story: a call, and what must come of it. Steps of one story share an instance and run in order. */
struct step {
	const char *story;     /* what it shows; NULL: goes on with the one before */
	const char *method, *json;
	const char *in;        /* bytes that come with it; NULL */
	int code;              /* enum tenon_error */
	const char *has;       /* text that the printed result holds; NULL */
	const char *out;       /* bytes that it answers with; NULL */
	int64_t offset, length; /* of the answer's bytes that are wanted; length 0: all */
	const char *lacks;     /* text that neither result nor message may hold; NULL */
};

struct contract {
	const char *interface, *doc;
	const struct tenon_method *methods; /* ends with name NULL; handlers are not looked at */
	const struct step *steps;           /* ends with method NULL; NULL: none */
};

const struct contract *contract_of(const char *interface); /* NULL: an interface without a contract, as `service` */
extern const struct contract *const contracts[];           /* ends with NULL */

extern const struct contract blob_contract, notify_contract, sql_contract;

/* the page of an interface on stdout; false: there is no such interface */
bool contract_print(const char *interface);

#endif
