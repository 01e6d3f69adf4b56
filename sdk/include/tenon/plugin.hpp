/* SPDX-License-Identifier: Apache-2.0 */
/* plugin - where a plugin written in C++ meets the host, which is C: no exception may cross.
 *
 * Included by plugin.h. TENON_HANDLER guards handlers by itself; start, drain, ready and functions for offload() are guarded
 * with tenon::guard(call, [&] { ... return code; }), create() with tenon::guard(why, why_size, [&] { ... }), and destroy()
 * must not throw. std::bad_alloc becomes NO_MEMORY, another exception INTERNAL with its what() as the reason. Exceptions that
 * a handler catches itself are its own matter, also across PARKS functions. */
#ifndef TENON_PLUGIN_HPP
#define TENON_PLUGIN_HPP

#include <cstdio>
#include <exception>
#include <new>

extern "C++" {
namespace tenon {

template <typename F> int guard(struct tenon_call *c, F &&f) noexcept
{
#ifdef __cpp_exceptions
	try {
		return f();
	} catch (const std::bad_alloc &) {
		return tenon_fail(c, TENON_NO_MEMORY, "no memory");
	} catch (const std::exception &e) {
		return tenon_fail(c, TENON_INTERNAL, "%s", e.what());
	} catch (...) {
		return tenon_fail(c, TENON_INTERNAL, "an exception that is no std::exception");
	}
#else
	(void)c;
	return f();
#endif
}

template <typename F> int guard(char *why, size_t why_size, F &&f) noexcept
{
#ifdef __cpp_exceptions
	try {
		return f();
	} catch (const std::bad_alloc &) {
		return std::snprintf(why, why_size, "no memory"), TENON_NO_MEMORY;
	} catch (const std::exception &e) {
		return std::snprintf(why, why_size, "%s", e.what()), TENON_INTERNAL;
	} catch (...) {
		return std::snprintf(why, why_size, "an exception that is no std::exception"), TENON_INTERNAL;
	}
#else
	(void)why;
	(void)why_size;
	return f();
#endif
}

}
}
#endif
