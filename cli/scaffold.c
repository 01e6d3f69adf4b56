/* SPDX-License-Identifier: Apache-2.0 */
/* scaffold - folders walked, files copied line by line with words filled in. */
#include "scaffold.h"
#include "base/buf.h"
#include "exits.h"
#include "talk.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MOST = 40 };

/* next: what to do with a new project. Compiled ones share native/, in which a file called x.src gets their suffix. */
struct language { const char *name, *folder, *next, *suffix, *compiler, *flags, *standard; };
/* a language is offered when its folder is there */
#define MAKE "make && make check && make conform"
static const struct language languages[] = {
	{ "c", "c", MAKE, "c", "CC", "CFLAGS", "gnu17" },
	{ "c++", "cxx", MAKE, "cc", "CXX", "CXXFLAGS", "gnu++20" },
	{ "python", "python", MAKE " (PYTHON=... names an environment with tenon-plugin)" },
};
enum { LANGUAGES = sizeof languages / sizeof *languages };

const char *own_folder(void)
{
	static char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	self[n < 0 ? 0 : n] = '\0';
	return n < 0 ? "" : dirname(self);
}

/* ---- where the templates are ---- */

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* installed: beside bin/; built: the tree that the build folder lies in */
static bool find_templates(char out[PATH_MAX])
{
	static const char *const below[] = { "../share/tenon/template", "../sdk/template" };
	const char *given = getenv("TENON_TEMPLATES"), *own = own_folder();

	if (given != NULL)
		return snprintf(out, PATH_MAX, "%s", given) < PATH_MAX && is_folder(out);
	for (size_t i = 0; i < sizeof below / sizeof *below; i++)
		if (snprintf(out, PATH_MAX, "%s/%s", own, below[i]) < PATH_MAX && is_folder(out))
			return true;
	return false;
}

static void add_interfaces(struct buf *b, const char *templates, const struct language *l)
{
	char path[PATH_MAX];
	struct dirent *d;

	if (snprintf(path, sizeof path, "%s/%s", templates, l->folder) >= (int)sizeof path)
		return;
	DIR *dir = opendir(path);
	while (dir != NULL && (d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			buf_printf(b, "%s--lang %s --interface %s", b->n > 0 ? ", " : "", l->name, d->d_name);
	if (dir != NULL)
		closedir(dir);
}

static int no_template(const struct project *p, const char *templates)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < LANGUAGES; i++)
		add_interfaces(&b, templates, &languages[i]);
	buf_addc(&b, '\0');
	complain(EXIT_USAGE, "there is no template for interface %s in %s; there are: %s", p->interface, p->lang, b.failed ? "" : b.p);
	buf_free(&b);
	return EXIT_USAGE;
}

static const struct language *language_of(const char *lang)
{
	for (size_t i = 0; i < LANGUAGES; i++)
		if (strcmp(languages[i].name, lang) == 0)
			return &languages[i];
	return NULL;
}

/* ---- words ---- */

static int check_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	if (!islower((unsigned char)name[0]))
		return complain(EXIT_USAGE, "\"%s\": a plugin's name begins with a small letter", name);
	if (name[n] != '\0')
		return complain(EXIT_USAGE, "\"%s\": a plugin's name has a-z, 0-9, _ and - only", name);
	return n > NAME_MOST ? complain(EXIT_USAGE, "\"%s\": a plugin's name has at most %d letters", name, NAME_MOST) : EXIT_OK;
}

/* as a name of C: my-plugin is my_plugin */
static void add_ident(struct buf *b, const char *name)
{
	for (; *name != '\0'; name++)
		buf_addc(b, *name == '-' ? '_' : *name);
}

static size_t add_word(struct buf *b, const char *s, const struct project *p)
{
	const struct language *l = language_of(p->lang);
	const struct { const char *word, *value; } words[] = {
		{ "@NAME@", p->name }, { "@IDENT@", NULL }, { "@INTERFACE@", p->interface }, { "@LANG@", p->lang },
		{ "@SUFFIX@", l->suffix }, { "@COMPILER@", l->compiler }, { "@FLAGS@", l->flags }, { "@STANDARD@", l->standard },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i].word);
		if (strncmp(s, words[i].word, n) != 0)
			continue;
		if (words[i].value == NULL)
			add_ident(b, p->name);
		else
			buf_adds(b, words[i].value);
		return n;
	}
	buf_addc(b, *s);
	return 1;
}

static void fill_in(struct buf *b, const char *s, const struct project *p)
{
	while (*s != '\0')
		s += add_word(b, s, p);
}

/* ---- copying ---- */

static int copy_file(const char *from, const char *to, const struct project *p)
{
	struct buf b = { 0 };
	char line[4096];
	FILE *in = fopen(from, "r"), *out = in == NULL ? NULL : fopen(to, "wx");
	bool good = out != NULL;

	if (in != NULL && out == NULL && errno == EEXIST) { /* the language has one of its own */
		fclose(in);
		return EXIT_OK;
	}
	while (good && fgets(line, sizeof line, in) != NULL)
		fill_in(&b, line, p);
	good = good && !b.failed && !ferror(in) && fwrite(b.p == NULL ? "" : b.p, 1, b.n, out) == b.n;
	if (in != NULL)
		fclose(in);
	good = out != NULL && fclose(out) == 0 && good;
	buf_free(&b);
	return good ? EXIT_OK : complain(EXIT_FAILED, "%s cannot be copied to %s: %s", from, to, strerror(errno));
}

static int copy_folder(const char *from, const char *to, const struct project *p);

static int copy_entry(const char *from, const char *to, const char *name, const struct project *p)
{
	char source[PATH_MAX], target[PATH_MAX];
	const char *shown = strncmp(name, "dot.", 4) == 0 ? name + 3 : name;
	const char *suffix = strrchr(name, '.');
	struct buf named = { 0 };

	if (strncmp(name, "ident.", 6) == 0) { /* a module has the plugin's name */
		add_ident(&named, p->name);
		shown += 5;
	}
	if (suffix != NULL && strcmp(suffix, ".src") == 0) {
		buf_add(&named, shown, (size_t)(suffix + 1 - shown));
		shown = language_of(p->lang)->suffix;
	}
	buf_addc(&named, '\0');
	if (snprintf(source, sizeof source, "%s/%s", from, name) >= (int)sizeof source ||
	    snprintf(target, sizeof target, "%s/%s%s", to, named.failed ? "" : named.p, shown) >= (int)sizeof target)
		source[0] = '\0';
	buf_free(&named);
	if (source[0] == '\0')
		return complain(EXIT_FAILED, "%s/%s: the path is too long", to, shown);
	return is_folder(source) ? copy_folder(source, target, p) : copy_file(source, target, p);
}

static int copy_folder(const char *from, const char *to, const struct project *p)
{
	struct dirent *d;
	int rc = EXIT_OK;
	DIR *dir = opendir(from);

	if (dir == NULL || (mkdir(to, 0777) != 0 && errno != EEXIST))
		rc = complain(EXIT_FAILED, "%s: %s", dir == NULL ? from : to, strerror(errno));
	while (rc == EXIT_OK && (d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			rc = copy_entry(from, to, d->d_name, p);
	if (dir != NULL)
		closedir(dir);
	return rc;
}

/* what stands in the project already stays */
static int copy_below(const char *templates, const char *folder, const char *part, const struct project *p)
{
	char from[PATH_MAX + 128];

	snprintf(from, sizeof from, "%s/%s/%.80s", templates, folder, part);
	return copy_folder(from, p->name, p);
}

int scaffold(const struct project *p)
{
	char templates[PATH_MAX], own[PATH_MAX + 128];
	const struct language *l = language_of(p->lang);
	int rc = check_name(p->name);

	if (rc != EXIT_OK)
		return rc;
	if (!find_templates(templates))
		return complain(EXIT_FAILED, "the templates of the SDK are not found: install Tenon (make install), or set TENON_TEMPLATES");
	snprintf(own, sizeof own, "%s/%s/%.80s", templates, l != NULL ? l->folder : "", p->interface);
	if (l == NULL || strchr(p->interface, '/') != NULL || p->interface[0] == '.' || *p->interface == '\0' || !is_folder(own))
		return no_template(p, templates);
	if (mkdir(p->name, 0777) != 0)
		return complain(EXIT_FAILED, "the folder %s %s", p->name, errno == EEXIST ? "is there already; choose another name, or move it away" : strerror(errno));
	rc = copy_folder(own, p->name, p);
	if (rc == EXIT_OK && l->suffix != NULL)
		rc = copy_below(templates, "native", p->interface, p);
	if (rc == EXIT_OK && l->suffix != NULL)
		rc = copy_below(templates, "native", "all", p);
	if (rc == EXIT_OK)
		rc = copy_below(templates, "common", ".", p);
	if (rc == EXIT_OK)
		printf("%s: a %s plugin in %s. Next: cd %s && %s\n", p->name, p->interface, p->lang, p->name, l->next);
	return rc;
}
