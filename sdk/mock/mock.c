/* SPDX-License-Identifier: Apache-2.0 */
/* mock - the instance, its calls, and batches; what is lent to the plugin is in host.c. */
#include "mock.h"
#include "host.h"
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tenon_method lifecycle = { .name = "lifecycle", .args = &tenon_empty_table, .result = &tenon_empty_table };

static struct mock_call *new_call(struct mock *m, const struct tenon_method *row)
{
	struct mock_call *c = calloc(1, sizeof *c);

	if (c == NULL)
		abort(); /* the mock's own memory is no subject of a test */
	c->pub = (struct tenon_call){ .host = &m->host, .self = m->self, .method = row->name, .principal = "anonymous",
	                              .workspace = "default", .deadline = INT64_MAX };
	c->mock = m;
	c->row = row;
	c->allocs = -1;
	c->whole = true;
	c->result = mock_host_memory(c, row->result->size);
	return c;
}

static int run_step(struct mock *m, int (*fn)(struct tenon_call *), char *why, size_t why_size)
{
	if (fn == NULL)
		return TENON_OK;
	struct mock_call *c = new_call(m, &lifecycle);
	int code = fn(&c->pub);
	if (code < 0 && why != NULL)
		snprintf(why, why_size, "%s", *c->message != '\0' ? c->message : "no reason given");
	mock_call_free(c);
	return code;
}

int mock_open(struct mock **out, const struct tenon_plugin *p, const char *dir, const char *const *settings, char *why, size_t why_size)
{
	struct mock *m = calloc(1, sizeof *m);
	void *config = p->config != NULL ? calloc(1, p->config->size) : NULL;

	if (m == NULL || (p->config != NULL && config == NULL))
		abort();
	m->plugin = p;
	mock_host_lend(m, dir);
	snprintf(why, why_size, "no reason given");
	int code = p->config != NULL ? mock_settings(p->config, settings, config, why, why_size) : TENON_OK;
	if (code == TENON_OK && p->create != NULL)
		code = p->create(&m->host, config, &m->self, why, why_size);
	free(config); /* the plugin keeps what it needs */
	m->created = code == TENON_OK;
	if (code == TENON_OK)
		code = run_step(m, p->start, why, why_size);
	if (code < 0) {
		mock_close(m);
		m = NULL;
	}
	*out = m;
	return code;
}

void mock_close(struct mock *m)
{
	if (m == NULL)
		return;
	if (m->created)
		run_step(m, m->plugin->drain, NULL, 0);
	if (m->created && m->plugin->destroy != NULL)
		m->plugin->destroy(m->self);
	mock_host_end(m);
	free(m);
}

int mock_ready(struct mock *m, char *why, size_t why_size) { return run_step(m, m->plugin->ready, why, why_size); }

void *mock_self(const struct mock *m) { return m->self; }

struct mock_call *mock_call_new(struct mock *m, const char *method)
{
	for (const struct tenon_method *row = m->plugin->methods; row->name != NULL; row++)
		if (strcmp(row->name, method) == 0)
			return new_call(m, row);
	return NULL;
}

void mock_call_free(struct mock_call *c)
{
	if (c == NULL)
		return;
	mock_host_forget(c);
	free(c->out.p);
	free(c->emitted.p);
	free(c);
}

void mock_run_all(struct mock_call *const *calls, size_t n)
{
	struct tenon_batch b = { .calls = calls, .n = n };

	while (b.at < n) {
		size_t before = b.at;
		int code = calls[0]->row->batch(&b, calls[0]->mock->self);
		if (b.at == before) { /* it took none: the core would fail the call */
			calls[b.at]->code = code < 0 ? code : TENON_INTERNAL;
			calls[b.at++]->finished = true;
		}
	}
}

int mock_run(struct mock_call *c, const void *args)
{
	c->args = args;
	if (c->row->batch != NULL) {
		mock_run_all(&c, 1);
		return c->code;
	}
	c->code = c->row->handler(&c->pub, args, c->result);
	c->finished = true;
	return c->code;
}

void mock_on_call(struct mock *m, int (*answer)(struct tenon_call *, const struct mock_question *, void *), void *arg)
{
	m->answer = answer;
	m->answer_arg = arg;
}

void mock_on_finish(struct mock *m, void (*told)(struct mock_call *, void *), void *arg)
{
	m->told = told;
	m->told_arg = arg;
}
