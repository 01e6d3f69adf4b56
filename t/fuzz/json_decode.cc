/* SPDX-License-Identifier: Apache-2.0 */
/* json_decode - our scanner against simdjson: what one takes the other takes. Then the same text is decoded into messages, under
 * several dialects, which must neither crash nor read past the text, and what was taken must print and be taken again. */
#include <cstdint>
#include <cstdlib>
#include <simdjson.h>

extern "C" {
#include "json_target.h"
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
}

/* simdjson refuses some numbers that JSON has: integers past 64 bits, doubles past their type */
static bool has_long_number(const char *p, size_t n)
{
	size_t digits = 0;
	bool exponent = false;

	for (size_t i = 0; i < n; i++) {
		bool digit = p[i] >= '0' && p[i] <= '9';
		exponent = p[i] == 'e' || p[i] == 'E' || (exponent && (digit || p[i] == '+' || p[i] == '-'));
		digits = digit ? digits + 1 : 0;
		if (digits >= (exponent ? 3 : 18))
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static simdjson::dom::parser parser;
	const char *p = reinterpret_cast<const char *>(data);
	enum target_scan ours = target_scan_json(p, n);
	auto theirs = parser.parse(simdjson::padded_string(p, n)).error();

	/* simdjson 3.0 lets a low half of a surrogate pair stand alone */
	bool limit = (theirs == simdjson::NUMBER_ERROR && has_long_number(p, n)) || theirs == simdjson::DEPTH_ERROR || theirs == simdjson::CAPACITY ||
	             ours == SCAN_TOO_DEEP || (ours == SCAN_SURROGATE && theirs == simdjson::SUCCESS);
	if (!limit && (ours == SCAN_TAKEN) != (theirs == simdjson::SUCCESS))
		std::abort();
	target_decode(p, n);
	return 0;
}
