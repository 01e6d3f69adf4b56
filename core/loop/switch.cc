/* SPDX-License-Identifier: Apache-2.0 */
/* switch - jump_fcontext costs 50-90 ns a round trip, and runs under _FORTIFY_SOURCE (which aborts longjmp between
 * stacks) and on every architecture that Boost knows. C++ keeps the exceptions in flight per thread; two fibers parked
 * in `catch` would rethrow each other's, so these 16 bytes change with the stack. */
#include "switch.h"

#include <boost/context/detail/fcontext.hpp>
#include <cerrno>
#include <cstring>
#include <cxxabi.h>

namespace ctx = boost::context::detail;

struct exception_state { void *caught; unsigned uncaught; };

extern "C" void *switch_make(void *top, size_t size, void (*enter)(struct switch_from))
{
	static_assert(sizeof(ctx::transfer_t) == sizeof(struct switch_from), "the two are one");
	return ctx::make_fcontext(top, size, reinterpret_cast<void (*)(ctx::transfer_t)>(reinterpret_cast<void *>(enter)));
}

extern "C" struct switch_from switch_to(void *context, void *value)
{
	auto *state = reinterpret_cast<exception_state *>(abi::__cxa_get_globals());
	exception_state kept = *state;
	int kept_errno = errno;

	*state = exception_state{ nullptr, 0 };
	ctx::transfer_t t = ctx::jump_fcontext(context, value);
	*state = kept;
	errno = kept_errno;
	return switch_from{ t.fctx, t.data };
}
