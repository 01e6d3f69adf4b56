/* SPDX-License-Identifier: Apache-2.0 */
/* descriptor - what the plugin says of itself, and what its file shows without being run. */
#include "base/err.h"
#include "base/text.h"
#include "elf.h"
#include "groups.h"
#include "suite.h"
#include "wire/shape.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* ---- the file ---- */

struct symbols { struct subject *subject; char exported[1024], missing[1024]; int n_exported; };

/* a sanitizer's own; a C runtime's marks */
static bool is_noise(const char *name)
{
	static const char *const begins[] = { "__asan", "__odr_asan", "__ubsan", "__tsan", "__lsan", "__sanitizer", "__sancov", "_init", "_fini", "__bss_start", "_edata", "_end", "__gcov" };

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (strncmp(name, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static void append(char *list, size_t size, const char *word)
{
	size_t n = strlen(list);
	snprintf(list + n, size - n, "%s%s", n > 0 ? " " : "", word);
}

static void on_export(const struct elf_symbol *s, void *arg)
{
	struct symbols *all = arg;

	if (!s->defined || is_noise(s->name))
		return;
	all->n_exported++;
	append(all->exported, sizeof all->exported, s->name);
}

static void on_import(const struct elf_symbol *s, void *arg)
{
	struct symbols *all = arg;

	if (!s->defined && !s->weak && !is_noise(s->name) && dlsym(all->subject->so, s->name) == NULL && dlsym(RTLD_DEFAULT, s->name) == NULL)
		append(all->missing, sizeof all->missing, s->name);
}

void group_symbols(void *arg)
{
	struct subject *s = ((struct place *)arg)->subject;
	struct symbols all = { .subject = s };

	case_begin("it is a shared object");
	const char *fault = elf_symbols(s->path, on_export, &all);
	if (fault != NULL)
		case_last("%s: %s", s->path, fault);
	case_good();
	if (case_begin("it exports one function"))
		case_end(all.n_exported == 1 && strcmp(all.exported, "tenon_plugin_v1") == 0,
		         "it exports %d symbols: %s\nexpected: tenon_plugin_v1 alone\ndo: compile with -fvisibility=hidden and link with the version script of "
		         "tenon.pc (plugin_ldflags)", all.n_exported, all.exported);
	case_begin("it imports nothing that is not in its own libraries");
	s->so = dlopen(s->path, RTLD_LAZY | RTLD_LOCAL);
	if (s->so == NULL)
		case_last("%s\nexpected: a plugin imports nothing from the core, and names its libraries (-lfoo)\ndo: link with -Wl,-z,defs", dlerror());
	elf_symbols(s->path, on_import, &all);
	if (*all.missing != '\0')
		case_last("nothing that it is linked with has: %s\nexpected: a plugin imports nothing from the core, and names its libraries (-lfoo)\n"
		          "do: link with -Wl,-z,defs; reach the host through call->host", all.missing);
	case_good();
}

/* ---- words ---- */

#define WORD "abcdefghijklmnopqrstuvwxyz0123456789_"

static bool is_of(const char *s, const char *letters) { return s != NULL && islower((unsigned char)*s) && s[strspn(s, letters)] == '\0'; }
static bool is_word(const char *s) { return is_of(s, WORD); }
static bool is_name(const char *s) { return is_of(s, WORD "-"); }

static bool says(const char *s) { return s != NULL && *s != '\0'; }

static bool names_row(const struct tenon_table *t, const char *name, size_t n)
{
	for (uint32_t i = 0; i < t->n; i++)
		if ((strlen(t->fields[i].name) == n && memcmp(t->fields[i].name, name, n) == 0) || text_has_word(t->fields[i].aliases, name, n))
			return true;
	return false;
}

/* ---- tables ---- */

static void check_table(const char *what, const struct tenon_table *t, bool docs)
{
	const struct shape *shape;
	struct err e = { 0 };
	char bare[400] = "";

	if (case_begin("%s: its table is sound", what))
		case_end(t != NULL && shape_get(t, &shape, &e) == TENON_OK, "%s", t == NULL ? "there is none: use tenon_empty_table where there are no fields" : e.text);
	for (uint32_t i = 0; docs && t != NULL && i < t->n; i++)
		if (!says(t->fields[i].doc))
			append(bare, sizeof bare, t->fields[i].name);
	if (docs && case_begin("%s: every field is explained", what))
		case_end(*bare == '\0', "without .doc: %s\nexpected: what it is, and its unit; help, OpenAPI and the docs show it", bare);
}

/* ---- a method ---- */

static const char *runs_fault(const struct subject *s, const struct tenon_method *m)
{
	const struct tenon_plugin *p = s->plugin;
	uint32_t lanes = 0;

	while (p->lanes != NULL && p->lanes[lanes].name != NULL)
		lanes++;
	if (s->python == NULL && (m->handler == NULL) == (m->batch == NULL))
		return "it has both a handler and a batch, or neither: one of the two runs it";
	if (m->batch != NULL && !(m->flags & TENON_BLOCKING))
		return "a batch method needs TENON_BLOCKING and a lane";
	if (m->flags & TENON_BLOCKING && m->lane >= lanes)
		return "TENON_BLOCKING, but .lane is no row of the descriptor's .lanes";
	if (m->flags & TENON_BLOCKING && m->flags & TENON_PURE)
		return "TENON_BLOCKING and TENON_PURE exclude each other";
	if (m->flags & TENON_STREAM_IN && !(m->flags & TENON_WRITE))
		return "it takes a stream, but has no TENON_WRITE: what is uploaded changes something";
	return NULL;
}

static const char *errors_fault(const char *list)
{
	static char text[200];

	for (const char *w = list; w != NULL && *w != '\0'; w += strspn(w, " ")) {
		size_t n = strcspn(w, " ");
		snprintf(text, sizeof text, "%.*s", (int)(n < 60 ? n : 60), w);
		if (strcmp(error_name(error_code(text)), text) != 0 || error_code(text) >= 0)
			return memcpy(text + strlen(text), " is no code of <tenon/error.h>", 31), text;
		w += n;
	}
	return NULL;
}

static const char *permission_fault(const struct tenon_method *m)
{
	const char *at = m->permission == NULL ? NULL : strchr(m->permission, '@');

	if (m->flags & TENON_HIDDEN)
		return NULL;
	if (at == NULL)
		return "none is said: \"read@run_id\" is what one does, and the argument that names the thing; \"read@workspace\" where there is none";
	return strcmp(at + 1, "workspace") == 0 || names_row(m->args, at + 1, strlen(at + 1)) ? NULL : "behind the @ stands no argument of it";
}

static bool knows_dialect(const struct tenon_plugin *p, const char *name)
{
	for (size_t i = 0; name != NULL && p->dialects != NULL && p->dialects[i] != NULL; i++)
		if (strcmp(p->dialects[i]->name, name) == 0)
			return true;
	return name != NULL && (strcmp(name, "native") == 0 || strcmp(name, "mlflow") == 0);
}

static const char *path_fault(const struct tenon_method *m, const char *path)
{
	static const char *const verbs[] = { "GET ", "POST ", "PUT ", "DELETE ", "PATCH ", "HEAD " };
	bool verb = false;

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		verb = verb || (strncmp(path, verbs[i], strlen(verbs[i])) == 0 && path[strlen(verbs[i])] == '/');
	if (!verb)
		return "expected: \"GET /path\"";
	for (const char *open = strchr(path, '{'); open != NULL; open = strchr(open + 1, '{')) {
		size_t n = strcspn(open + 1, "*}");
		if (strchr(open, '}') == NULL || !names_row(m->args, open + 1, n))
			return "a {name} in it is no argument of the method";
	}
	return NULL;
}

static const char *routes_fault(const struct tenon_plugin *p, const struct tenon_method *m)
{
	static char text[400];

	for (const struct tenon_route *r = m->routes; r != NULL && r->path != NULL; r++) {
		const char *fault = knows_dialect(p, r->dialect) ? path_fault(m, r->path) : "its dialect is neither \"native\" nor one of the plugin's";
		if (fault != NULL)
			return snprintf(text, sizeof text, "\"%s\": %s", r->path, fault), text;
	}
	return NULL;
}

static const char *cli_fault(const struct tenon_method *m)
{
	char low[64];

	for (const char *w = m->cli; w != NULL && *w != '\0'; w += strspn(w, " ")) {
		size_t n = strcspn(w, " "), k = 0;
		for (; isupper((unsigned char)*w) && k < n && k < sizeof low; k++)
			low[k] = (char)tolower((unsigned char)w[k]);
		if (k > 0 && !names_row(m->args, low, k))
			return "a word in capitals is no argument of the method";
		w += n;
	}
	return NULL;
}

static void check_method(const struct subject *s, const struct tenon_method *m)
{
	const struct tenon_plugin *p = s->plugin;
	char what[100];
	const char *fault;
	bool open = !(m->flags & TENON_HIDDEN);

	if (case_begin("%s: name, since and doc", m->name))
		case_end(is_word(m->name) && m->since > 0 && says(m->doc), "name \"%s\", since %u, doc %s\nexpected: a-z0-9_, 1 or more, a sentence", m->name, m->since,
		         says(m->doc) ? "there" : "missing");
	snprintf(what, sizeof what, "%.60s: arguments", m->name);
	check_table(what, m->args, open);
	snprintf(what, sizeof what, "%.60s: result", m->name);
	check_table(what, m->result, false);
	if (m->args == NULL)
		return;
	if (case_begin("%s: what runs it", m->name))
		fault = runs_fault(s, m), case_end(fault == NULL, "%s", fault);
	if (case_begin("%s: its errors are codes", m->name))
		fault = errors_fault(m->errors), case_end(fault == NULL, "%s", fault);
	if (open && case_begin("%s: its permission", m->name))
		fault = permission_fault(m), case_end(fault == NULL, "%s: %s", m->permission != NULL ? m->permission : "(none)", fault);
	if (m->routes != NULL && case_begin("%s: its routes", m->name))
		fault = routes_fault(p, m), case_end(fault == NULL, "%s", fault);
	if (m->cli != NULL && case_begin("%s: its command line", m->name))
		fault = cli_fault(m), case_end(fault == NULL, "%s: %s", m->cli, fault);
}

static bool twice(const struct tenon_plugin *p, const struct tenon_method *m)
{
	for (const struct tenon_method *k = p->methods; k < m; k++)
		if (strcmp(k->name, m->name) == 0)
			return true;
	return false;
}

/* ---- the whole ---- */

static const char *file_fault(const struct subject *s)
{
	static char text[300];
	const char *file = strrchr(s->path, '/'), *name = s->plugin->name;

	file = file == NULL ? s->path : file + 1;
	if (strncmp(file, name, strlen(name)) == 0 && strcmp(file + strlen(name), s->python != NULL ? ".py" : ".so") == 0)
		return NULL;
	return snprintf(text, sizeof text, "it calls itself \"%s\", but its file is %s\nexpected: <interface>/<name>.%s; tenond leaves out any other", name, file,
	                s->python != NULL ? "py" : "so"), text;
}

static void check_identity(const struct subject *s)
{
	const struct tenon_plugin *p = s->plugin;

	case_begin("it speaks ABI %d", TENON_ABI);
	if (p->abi != TENON_ABI || p->size < sizeof *p)
		case_last("it says abi %u and %u bytes; this SDK speaks %d and %zu\ndo: rebuild it with the SDK of this Tenon; .size = sizeof its descriptor", p->abi, p->size,
		          TENON_ABI, sizeof *p);
	case_good();
	case_begin("it has a name, an interface and methods");
	if (!is_name(p->name) || !is_name(p->interface) || p->methods == NULL)
		case_last("name \"%s\", interface \"%s\", methods %s\nexpected: words of a-z0-9_-, and a table that ends with an empty row",
		          p->name != NULL ? p->name : "(none)", p->interface != NULL ? p->interface : "(none)", p->methods != NULL ? "there" : "missing");
	case_good();
	if (case_begin("its file is called what it calls itself")) {
		const char *fault = file_fault(s);
		case_end(fault == NULL, "%s", fault);
	}
	if (case_begin("version, licence and doc"))
		case_end(says(p->version) && says(p->licence) && says(p->doc), "version \"%s\", licence \"%s\", doc \"%s\"\nexpected: all three",
		         says(p->version) ? p->version : "", says(p->licence) ? p->licence : "", says(p->doc) ? p->doc : "");
	if (p->builtin != NULL && case_begin("its built-in instance has a name"))
		case_end(is_name(p->builtin), "\"%s\"\nexpected: a-z0-9_-", p->builtin);
	if (case_begin("create and destroy come together"))
		case_end(p->create == NULL || p->destroy != NULL, "it has create(), but no destroy(): what is made must be given back");
}

static void check_pure(const struct subject *s, int fds, int threads)
{
	const struct tenon_plugin *(*describe)(void);

	*(void **)&describe = dlsym(s->so, "tenon_plugin_v1");
	if (case_begin("describing itself changes nothing"))
		case_end(describe() == s->plugin && common_fds() <= fds && common_threads() == threads,
		         "asked twice it gave %s; it opened %d descriptors and began %d threads\nexpected: the same static descriptor, and nothing else; begin things in "
		         "create() or start()", describe() == s->plugin ? "the same" : "another descriptor", common_fds() - fds, common_threads() - threads);
}

static void check_lanes(const struct tenon_plugin *p)
{
	for (const struct tenon_lane *l = p->lanes; l != NULL && l->name != NULL; l++)
		if (case_begin("lane %s has threads and a bound", l->name))
			case_end(l->threads > 0 && l->threads <= 256 && l->queue > 0, "%u threads, a queue of %u\nexpected: 1 to 256 threads, a queue of 1 or more", l->threads, l->queue);
}

void group_descriptor(void *arg)
{
	struct subject *s = ((struct place *)arg)->subject;
	int fds = common_fds(), threads = common_threads();

	case_begin("it can be loaded and describes itself");
	const char *fault = subject_load(s);
	if (fault != NULL)
		case_last("%s", fault);
	case_good();
	check_identity(s);
	if (s->python == NULL)
		check_pure(s, fds, threads);
	check_lanes(s->plugin);
	if (s->plugin->config != NULL)
		check_table("settings", s->plugin->config, true);
	for (const struct tenon_method *m = s->plugin->methods; m->name != NULL; m++) {
		if (case_begin("%s: is there once", m->name))
			case_end(!twice(s->plugin, m), "two rows have this name");
		check_method(s, m);
	}
}
