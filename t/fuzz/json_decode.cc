/* SPDX-License-Identifier: Apache-2.0 */
/* json_decode - our scanner against simdjson: what one takes the other takes; and decoding into structs, which only must
 * neither crash nor read past the text. */
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <simdjson.h>
#include <string>

extern "C" {
struct fuzz_result { int taken, nul_or_surrogate_or_depth; };
struct fuzz_result fuzz_scan(const char *p, size_t n);
void fuzz_decode(const char *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static simdjson::dom::parser parser;
	const char *p = reinterpret_cast<const char *>(data);
	struct fuzz_result ours = fuzz_scan(p, n);

	simdjson::padded_string text(p, n);
	auto theirs = parser.parse(text).error();
	/* numbers past a double and deep nesting are limits of theirs, not grammar; lone surrogates are found by us later */
	bool limits = (theirs == simdjson::NUMBER_ERROR && ours.taken) || theirs == simdjson::DEPTH_ERROR ||
	              theirs == simdjson::STRING_ERROR || theirs == simdjson::CAPACITY || ours.nul_or_surrogate_or_depth;
	if (!limits && ours.taken != (theirs == simdjson::SUCCESS))
		std::abort();
	fuzz_decode(p, n);
	return 0;
}
