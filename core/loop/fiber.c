/* SPDX-License-Identifier: Apache-2.0 */
/* fiber - the switch, told to ASan; and a SIGSEGV handler that names the fiber whose stack ran over. */
#include "fiber.h"
#include "base/err.h"
#include "loop.h"
#include "switch.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
/* what the last fiber on this stack left marked */
#define CLEAN(low, size) __asan_unpoison_memory_region((low), (size))
#define LEAVE(keep, low, size) __sanitizer_start_switch_fiber((keep), (low), (size))
#define ARRIVE(kept, low, size) __sanitizer_finish_switch_fiber((kept), (low), (size))
#else
#define LEAVE(keep, low, size) ((void)(low), (void)(size))
#define ARRIVE(kept, low, size) ((void)0)
#define CLEAN(low, size) ((void)0)
#endif

static _Thread_local struct fiber *self;
static _Thread_local unsigned long alive;
static _Thread_local const void *loop_low; /* the thread's own stack, as ASan knows it */
static _Thread_local size_t loop_size;

struct fiber *fiber_self(void) { return self; }

unsigned long fiber_count(void) { return alive; }

static void enter(struct switch_from from)
{
	struct fiber *f = from.value;

	ARRIVE(NULL, &loop_low, &loop_size);
	f->back = from.context;
	f->run(f->arg);
	f->ended = true;
	LEAVE(NULL, loop_low, loop_size);
	switch_to(f->back, NULL);
	abort(); /* an ended fiber was resumed */
}

void fiber_resume(struct fiber *f)
{
	void *kept = NULL;

	self = f;
	LEAVE(&kept, f->stack->low, (size_t)(f->stack->top - f->stack->low));
	struct switch_from from = switch_to(f->context, f);
	ARRIVE(kept, NULL, NULL);
	(void)kept;
	self = NULL;
	if (f->ended) {
		alive--;
		stack_give(f->stack);
	} else {
		f->context = from.context;
	}
}

int fiber_start(struct loop *l, enum stack_class class, const char *name, void (*run)(void *), void *arg)
{
	struct stack *s = stack_take(class);
	if (s == NULL)
		return TENON_OVERLOADED;
	/* the fiber lives at the top of its own stack, and goes with it */
	char *top = (char *)((uintptr_t)(s->top - sizeof(struct fiber)) & ~(uintptr_t)63);
	struct fiber *f = (struct fiber *)(void *)top;
	CLEAN(s->low, (size_t)(s->top - s->low));
	*f = (struct fiber){ .loop = l, .stack = s, .run = run, .arg = arg, .name = name };
	f->context = switch_make(top, (size_t)(top - s->low), enter);
	alive++;
	if (self != NULL) { /* from a fiber: its turn comes, fibers do not nest */
		loop_ready(l, f);
		return TENON_OK;
	}
	fiber_resume(f);
	return TENON_OK;
}

void fiber_park(void)
{
	struct fiber *f = self;

	LEAVE(&f->sanitizer, loop_low, loop_size);
	struct switch_from from = switch_to(f->back, NULL);
	ARRIVE(f->sanitizer, &loop_low, &loop_size);
	f->back = from.context;
}

void fiber_wake(struct fiber *f) { loop_ready(f->loop, f); }

#ifndef WITH_ASAN
static struct sigaction before; /* who else wants to know: a host tells its story (sdk/host/crash.h) */

static void on_fault(int signo, siginfo_t *info, void *context)
{
	bool others = before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN;
	struct fiber *f = self;
	char line[256];
	int n;

	(void)context;
	if (f != NULL && stack_guards(f->stack, info->si_addr))
		n = snprintf(line, sizeof line, "tenond: fatal: the stack of a fiber ran over in %s (at %p)\n", f->name, info->si_addr);
	else
		n = others ? 0 : snprintf(line, sizeof line, "tenond: fatal: signal %d at %p%s%s\n", signo, info->si_addr,
		             f != NULL ? " in " : "", f != NULL ? f->name : "");
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		_exit(128 + signo);
	if (others)
		before.sa_handler(signo);
	signal(signo, SIG_DFL); /* once more, for the core dump */
	raise(signo);           /* also when it was sent, and no instruction will run into it again */
}
#endif

enum { SIGNAL_STACK = 32 << 10 };
static _Thread_local void *signal_stack;

void fiber_thread_start(void)
{
	signal_stack = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (signal_stack == MAP_FAILED) {
		signal_stack = NULL;
		return;
	}
#ifndef WITH_ASAN
	sigaltstack(&(stack_t){ .ss_sp = signal_stack, .ss_size = SIGNAL_STACK }, NULL);
	struct sigaction act = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	struct sigaction was;
	if (sigaction(SIGSEGV, &act, &was) == 0 && was.sa_sigaction != on_fault)
		before = was;
	sigaction(SIGBUS, &act, NULL);
#endif
}

void fiber_thread_stop(void)
{
	stack_pool_free();
	if (signal_stack == NULL)
		return;
	sigaltstack(&(stack_t){ .ss_flags = SS_DISABLE }, NULL);
	munmap(signal_stack, SIGNAL_STACK);
	signal_stack = NULL;
}
