/* SPDX-License-Identifier: Apache-2.0 */
/* contract - the list, and whether a plugin's methods are those that its interface asks for. */
#include "contract.h"
#include "groups.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

const struct contract *const contracts[] = { &blob_contract, &notify_contract, &sql_contract, NULL };

const struct contract *contract_of(const char *interface)
{
	for (const struct contract *const *c = contracts; *c != NULL; c++)
		if (strcmp((*c)->interface, interface) == 0)
			return *c;
	return NULL;
}

static const struct tenon_method *method_of(const struct tenon_plugin *p, const char *name)
{
	for (const struct tenon_method *m = p->methods; m->name != NULL; m++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

static const struct tenon_field *field_of(const struct tenon_table *t, const char *name)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (strcmp(t->fields[i].name, name) == 0)
			return &t->fields[i];
	return NULL;
}

static bool one_kind(const struct tenon_field *a, const struct tenon_field *b)
{
	bool numbers = (a->type == TENON_ENUM || a->type == TENON_I64) && (b->type == TENON_ENUM || b->type == TENON_I64);
	return a->card == b->card && (a->type == b->type || numbers);
}

/* every row that the interface has, by name and type; a plugin may have more, which callers do not know of */
static void check_rows(const char *method, const char *side, const struct tenon_table *want, const struct tenon_table *have)
{
	for (uint32_t i = 0; i < want->n; i++) {
		const struct tenon_field *w = &want->fields[i], *h = field_of(have, w->name);
		if (!case_begin("%s: its %s have %s", method, side, w->name))
			continue;
		case_end(h != NULL && one_kind(w, h), "%s\nexpected: the row of <tenon/iface/...>; use the interface's own tables",
		         h == NULL ? "there is no such row" : "it has another type");
	}
	for (uint32_t i = 0; i < have->n && strcmp(side, "arguments") == 0; i++)
		if (field_of(want, have->fields[i].name) == NULL && have->fields[i].flags & TENON_REQUIRED && case_begin("%s: asks for nothing of its own", method))
			case_end(false, "%s is REQUIRED, but callers of the interface do not know it", have->fields[i].name);
}

void group_interface(void *arg)
{
	struct subject *s = ((struct place *)arg)->subject;
	const struct contract *c = subject_load(s) == NULL ? contract_of(s->plugin->interface) : NULL;

	for (const struct tenon_method *want = c == NULL ? NULL : c->methods; want != NULL && want->name != NULL; want++) {
		const struct tenon_method *have = method_of(s->plugin, want->name);
		if (case_begin("%s: is there", want->name))
			case_end(have != NULL, "interface %s has the method %s(%s) -> %s: %s", c->interface, want->name, want->args->name, want->result->name, want->doc);
		if (have == NULL || have->args == NULL || have->result == NULL)
			continue;
		unsigned kind = TENON_WRITE | TENON_STREAM_IN | TENON_STREAM_OUT;
		if (case_begin("%s: writes and streams as the interface says", want->name))
			case_end((have->flags & kind) == (want->flags & kind), "flags %#x, expected of these: %#x (see enum tenon_method_flag)", have->flags & kind, want->flags & kind);
		check_rows(want->name, "arguments", want->args, have->args);
		check_rows(want->name, "results", want->result, have->result);
	}
}

/* ---- the page ---- */

static const char *type_name(const struct tenon_field *f, char out[80])
{
	static const char *const types[] = { "", "bool", "i64", "f64", "str", "bytes", "enum", "json", "msg" };
	const char *type = f->sub != NULL ? f->sub->name : types[f->type];

	snprintf(out, 80, f->card == TENON_ARRAY ? "array of %s" : f->card == TENON_MAP ? "map of %s" : "%s", type);
	return out;
}

static void print_cell(const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		if (*s == '|')
			fputs("\\|", stdout);
		else
			putchar(*s);
}

static void print_table(const char *title, const struct tenon_table *t)
{
	char type[80];

	if (t->n == 0) {
		printf("%s: none.\n\n", title);
		return;
	}
	printf("%s: `%s`\n\n| field | type | default | allowed | what it is |\n|---|---|---|---|---|\n", title, t->name);
	for (uint32_t i = 0; i < t->n; i++) {
		const struct tenon_field *f = &t->fields[i];
		printf("| %s | %s | %s | %s | ", f->name, type_name(f, type), f->flags & TENON_REQUIRED ? "required" : f->dflt != NULL ? f->dflt : "",
		       f->range != NULL ? f->range : "");
		print_cell(f->doc);
		puts(" |");
	}
	putchar('\n');
}

/* each message within a message, once a page */
static void print_parts(const struct tenon_table *t, const struct tenon_table **seen, size_t *n)
{
	for (uint32_t i = 0; i < t->n; i++) {
		const struct tenon_table *sub = t->fields[i].sub;
		bool known = sub == NULL;
		for (size_t k = 0; k < *n && !known; k++)
			known = seen[k] == sub;
		if (known || *n == 32)
			continue;
		seen[(*n)++] = sub;
		char title[80];
		snprintf(title, sizeof title, "Each of `%s`", t->fields[i].name);
		print_table(title, sub);
		print_parts(sub, seen, n);
	}
}

static void print_method(const struct tenon_method *m, const struct tenon_table **seen, size_t *n)
{
	static const struct { unsigned flag; const char *text; } flags[] = {
		{ TENON_WRITE, "changes something" }, { TENON_IDEMPOTENT, "may be sent twice" }, { TENON_STREAM_IN, "takes a stream of bytes" },
		{ TENON_STREAM_OUT, "answers with a stream of bytes" },
	};
	bool first = true;

	printf("## %s\n\n%s\n\n", m->name, m->doc);
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (m->flags & flags[i].flag) {
			printf("%s%s", first ? "It " : ", ", flags[i].text);
			first = false;
		}
	fputs(first ? "" : ".\n\n", stdout);
	print_table("Arguments", m->args);
	print_parts(m->args, seen, n);
	print_table("Result", m->result);
	print_parts(m->result, seen, n);
	if (m->errors != NULL)
		printf("Errors beside the general ones: %s.\n\n", m->errors);
}

static void print_stories(const struct step *s)
{
	fputs("## What `tenon plugin check` tries\n\n", stdout);
	for (; s->method != NULL; s++)
		if (s->story != NULL)
			printf("- %s\n", s->story);
}

bool contract_print(const char *interface)
{
	const struct contract *c = contract_of(interface);
	const struct tenon_table *seen[32];
	size_t n = 0;

	if (c == NULL)
		return false;
	printf("# Interface %s\n\n%s\n\nGenerated from its rows by `scripts/iface-doc`; the header is `<tenon/iface/%s.h>`.\n\n", c->interface, c->doc, c->interface);
	for (const struct tenon_method *m = c->methods; m->name != NULL; m++)
		print_method(m, seen, &n);
	if (c->steps != NULL)
		print_stories(c->steps);
	return true;
}
