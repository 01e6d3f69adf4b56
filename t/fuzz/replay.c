/* SPDX-License-Identifier: Apache-2.0 */
/* replay - main() of a fuzz target without libFuzzer: feeds it every file of t/fuzz/corpus/<target>, each also cut short at
 * every length and with single bytes changed, and prints TAP. A crash or a sanitizer's report fails it. */
#include <dirent.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { MOST = 1 << 20, MOST_CUTS = 600 };

static void feed(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n + 1); /* of its exact size, so that reading past it is seen */
	memcpy(copy, data, n);
	copy = realloc(copy, n == 0 ? 1 : n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void feed_file(const char *path, uint8_t *data)
{
	FILE *f = fopen(path, "rb");
	size_t n = f == NULL ? 0 : fread(data, 1, MOST, f);

	if (f != NULL)
		fclose(f);
	feed(data, n);
	for (size_t i = 0; i < n && i < MOST_CUTS; i++) {
		feed(data, i);
		uint8_t kept = data[i];
		for (unsigned k = 0; k < 4; k++) {
			data[i] = (uint8_t)(k == 0 ? kept ^ 0x80 : k == 1 ? '"' : k == 2 ? 0 : kept + 1);
			feed(data, n);
		}
		data[i] = kept;
	}
}

int main(int argc, char **argv)
{
	const char *top = getenv("TENON_TOP"), *name = basename(argv[0]);
	char dir[1024], path[2048];
	uint8_t *data = malloc(MOST);
	int count = 0;

	(void)argc;
	snprintf(dir, sizeof dir, "%s/t/fuzz/corpus/%.*s", top != NULL ? top : ".", (int)strcspn(name, "."), name);
	DIR *d = opendir(dir);
	if (d == NULL)
		printf("Bail out! no corpus at %s\n", dir);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		feed_file(path, data);
		printf("ok %d - %s\n", ++count, e->d_name);
	}
	if (d != NULL)
		closedir(d);
	free(data);
	printf("1..%d\n", count);
	return count == 0;
}
