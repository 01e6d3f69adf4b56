/* SPDX-License-Identifier: Apache-2.0 */
/* apart - what core/plug/life.c does for one instance, without a configuration file. */
#include "apart.h"
#include "base/buf.h"
#include "base/err.h"
#include "bus/hub.h"
#include "plug/supervisor.h"
#include "wire/pack.h"
#include "wire/shape.h"

#include <stdio.h>
#include <string.h>

static void on_given_up(void *arg) { (void)arg; /* its calls say so */ }

static int pack_config(const struct apart *p, struct buf *out, struct err *e)
{
	const struct shape *shape;
	int rc = p->subject->plugin->config == NULL ? TENON_OK : shape_get(p->subject->plugin->config, &shape, e);

	if (rc == TENON_OK && p->subject->plugin->config != NULL)
		pack_message(out, shape, p->config);
	return rc;
}

int apart_start(struct apart *p, struct err *e)
{
	char kind[200], socket[120], why[400] = "";
	const struct shape *limits;
	struct supervisor_spec spec = { .instance = p->instance, .path = p->subject->path, .kind = kind, .python = p->subject->python,
	                                .failed = on_given_up };

	snprintf(kind, sizeof kind, "%.90s/%.90s", p->subject->plugin->interface, p->subject->plugin->name);
	if (snprintf(socket, sizeof socket, "%s/bus", p->subject->dir) >= 100)
		return err_set(e, TENON_INVALID_ARGUMENT, "%s is too long a path for a socket: set TMPDIR to a shorter one", p->subject->dir);
	int rc = shape_get(&process_conf_table, &limits, e);
	if (rc == TENON_OK)
		shape_blank(limits, &spec.limits);
	if (rc == TENON_OK && p->hub == NULL)
		rc = hub_open(&p->hub, p->bus, p->loop, socket, e);
	if (rc == TENON_OK)
		rc = pack_config(p, &spec.config, e);
	spec.hub = p->hub;
	if (rc == TENON_OK)
		rc = supervisor_new(&p->supervisor, &spec, e);
	buf_free(&spec.config);
	if (rc == TENON_OK && (rc = supervisor_start(p->supervisor, why, sizeof why)) < 0)
		err_set(e, rc, "%s", why);
	return rc;
}

void apart_stop(struct supervisor *s) { supervisor_stop(s); }

void apart_close(struct hub *h) { hub_close(h); }

void apart_free(struct supervisor *s)
{
	if (s != NULL)
		supervisor_free(s);
}
