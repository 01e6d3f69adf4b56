/* SPDX-License-Identifier: Apache-2.0 */
/* python - access(2), and a look at the first two bytes. */
#include "python.h"
#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_script(const char *path)
{
	char head[2] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool script = fd >= 0 && read(fd, head, sizeof head) == sizeof head && memcmp(head, "#!", 2) == 0;

	if (fd >= 0)
		close(fd);
	return script;
}

static bool find_in_path(char path[PATH_MAX])
{
	const char *at = getenv("PATH");

	while (at != NULL && *at != '\0') {
		size_t n = strcspn(at, ":");
		if (*at == '/' && snprintf(path, PATH_MAX, "%.*s/python3", (int)n, at) < PATH_MAX && access(path, X_OK) == 0 && !is_script(path))
			return true;
		at += n + (at[n] == ':');
	}
	return false;
}

static int check(const char *program, struct err *e)
{
	if (program[0] != '/')
		return err_set(e, TENON_INVALID_ARGUMENT, "python: \"%s\" is no absolute path of an interpreter", program);
	if (access(program, X_OK) != 0)
		return err_set(e, TENON_NOT_FOUND, "python: %s cannot be run: %s", program, strerror(errno));
	if (is_script(program))
		return err_set(e, TENON_INVALID_ARGUMENT, "python: %s is a script, which may start nothing in the sandbox: give the interpreter itself, "
		               "such as the bin/python of a venv", program);
	return TENON_OK;
}

const char *python_program(struct python *p, struct err *e)
{
	char path[PATH_MAX];

	if (p->program != NULL)
		return p->program;
	if (p->wanted != NULL && *p->wanted != '\0') {
		if (check(p->wanted, e) < 0)
			return NULL;
		p->program = mem_strdup(p->wanted);
	} else if (!find_in_path(path)) {
		err_set(e, TENON_NOT_FOUND, "there is no python3 in PATH; name an interpreter in the configuration (python: /opt/venv/bin/python)");
		return NULL;
	} else {
		p->program = mem_strdup(path);
	}
	if (p->program == NULL)
		err_set(e, TENON_NO_MEMORY, "no memory");
	return p->program;
}
