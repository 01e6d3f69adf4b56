/* SPDX-License-Identifier: Apache-2.0 */
/* python - a pipe that holds the filter, then execv. */
#include "python.h"
#include "base/err.h"
#include "filter.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARGUMENTS_MOST = 8 };

/* a dozen instructions: they fit into the pipe. Descriptor 4 is the first that is free, as the sandbox has closed all above 3 */
static int offer_filter(struct err *e)
{
	int fds[2];

	if (pipe(fds) != 0)
		return err_set(e, TENON_UNAVAILABLE, "no pipe for the filter: %s", strerror(errno));
	int rc = filter_write_no_exec(fds[1], e);
	close(fds[1]);
	if (fds[0] != PYTHON_FILTER_FD && (dup2(fds[0], PYTHON_FILTER_FD) < 0 || close(fds[0]) != 0))
		rc = err_set(e, TENON_UNAVAILABLE, "no descriptor for the filter: %s", strerror(errno));
	return rc;
}

int python_become(const char *python, const char *data_dir, bool may_exec, const char *const *argv, struct err *e)
{
	const char *all[ARGUMENTS_MOST + 9] = { python, "-I", "-B", "-m", "tenon_plugin", "--shut" }; /* isolated: nothing of the environment counts */
	size_t n = 6;
	int rc = may_exec ? TENON_OK : offer_filter(e);

	if (rc < 0)
		return rc;
	if (!may_exec)
		all[n++] = "--filter";
	for (size_t i = 0; i < ARGUMENTS_MOST && argv[i] != NULL; i++)
		all[n++] = argv[i];
	if (data_dir != NULL && *data_dir != '\0')
		setenv("HOME", data_dir, 1); /* caches of libraries */
	execv(python, (char *const *)(uintptr_t)all);
	return err_set(e, TENON_UNAVAILABLE, "%s cannot be run: %s", python, strerror(errno));
}
