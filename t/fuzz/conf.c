/* SPDX-License-Identifier: Apache-2.0 */
/* conf - configuration files. */
#include "conf/conf.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TOP(F, S) F(S, const char *, listen) F(S, int64_t, size, .label = "bytes") F(S, struct tenon_strs, dirs)
TENON_MESSAGE(top, TOP);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char path[] = "/tmp/tenon-fuzz-conf-XXXXXX";
	static int made;
	struct conf *c = NULL;
	struct err e = { 0 };
	struct top top;

	if (!made) {
		close(mkstemp(path));
		made = 1;
	}
	FILE *f = fopen(path, "wb");
	fwrite(data, 1, n, f);
	fclose(f);
	if (conf_open(&c, path, NULL, 0, &e) == TENON_OK && conf_read(c, "", &top_table, &top, &e) == TENON_OK)
		conf_finish(c, &e);
	conf_close(c);
	unlink(path);
	return 0;
}
