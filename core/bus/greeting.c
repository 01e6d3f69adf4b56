/* SPDX-License-Identifier: Apache-2.0 */
/* greeting - how a host comes: with its token, once, from the process that was started; says whether its instance runs; or is refused. */
#include "base/clock.h"
#include "base/log.h"
#include "bus.h"
#include "peer.h"
#include "wire/pack.h"

#include <stdio.h>
#include <string.h>
#include <tenon/plugin.h>

enum { COMPLAIN_NS = 1000000000 };

static bool same_token(const char *a, const char *b) /* in constant time */
{
	int differ = strlen(b) != PEER_TOKEN;
	for (size_t i = 0; i < PEER_TOKEN && b[i] != '\0'; i++)
		differ |= a[i] ^ b[i];
	return differ == 0;
}

/* the log has each kind of complaint once a second, however many frames there are */
static bool is_news(struct peer *p, const char *what)
{
	int64_t now = clock_ns();

	if (now - p->complained > COMPLAIN_NS) {
		p->complained = now;
		memset(p->complaints, 0, sizeof p->complaints);
	}
	for (size_t i = 0; i < PEER_COMPLAINTS && p->complaints[i] != what; i++)
		if (p->complaints[i] == NULL) {
			p->complaints[i] = what;
			return true;
		}
	return false;
}

void peer_refuse(struct hub_line *l, int code, const char *what)
{
	struct peer *p = l->peer;

	if (is_news(p, what))
		log_line(LOG_WARN, p->remote->instance->name, NULL, "its process %d %s", p->pid, what);
	hub_answer_ok(l, code, what);
}

/* Whoever it is, it has no business here; without an answer, as one who does not read would keep a line busy. */
void peer_turn_away(struct hub_line *l, nng_pipe pipe, const char *what)
{
	struct hub *h = l->hub;
	int64_t now = clock_ns();
	uint64_t pid = 0;

	nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_PID, &pid);
	if (now - h->complained > COMPLAIN_NS)
		log_warn("a process (pid %llu) %s; it is turned away", (unsigned long long)pid, what);
	h->complained = now - h->complained > COMPLAIN_NS ? now : h->complained;
	nng_pipe_close(pipe);
	hub_recycle(l);
}

void peer_hello(struct hub_line *l, nng_pipe pipe)
{
	struct hub *h = l->hub;
	int64_t abi = frame_i64(&l->frame);
	const char *token = frame_text(&l->frame, &h->scratch);
	uint64_t pid = 0;

	nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_PID, &pid);
	LIST_EACH(&h->peers, n, after) {
		struct peer *p = LIST_ITEM(n, struct peer, hub_node);
		if (p->state != PEER_EXPECTED || !same_token(p->token, token) || (p->pid != 0 && (uint64_t)p->pid != pid))
			continue;
		if (abi != TENON_ABI) {
			char why[120];
			snprintf(why, sizeof why, "its host speaks ABI %lld, this tenond %d", (long long)abi, TENON_ABI);
			hub_answer_ok(l, TENON_UNSUPPORTED, why);
			p->events->state(p->arg, TENON_UNSUPPORTED, why);
			return;
		}
		memset(p->token, 0, sizeof p->token); /* it opens once */
		p->state = PEER_GREETED;
		p->pipe = (uint32_t)nng_pipe_id(pipe);
		p->ordered = clock_ns();
		hub_answer_ok(l, TENON_OK, "");
		return;
	}
	peer_turn_away(l, pipe, "greeted on the bus with a token that is not known");
}

void peer_state(struct hub_line *l)
{
	struct peer *p = l->peer;
	int64_t code = frame_i64(&l->frame);
	const char *why = frame_text(&l->frame, &l->hub->scratch);

	hub_answer_ok(l, TENON_OK, "");
	if (p->state != PEER_GREETED)
		return;
	if (code >= 0)
		p->state = PEER_SERVING;
	p->ordered = clock_ns(); /* however long it took to start: from now on it is to come for orders */
	p->events->state(p->arg, code >= 0 ? TENON_OK : code < -1000 ? TENON_INTERNAL : (int)code, why);
}
