/* SPDX-License-Identifier: Apache-2.0 */
/* limit - what this machine's disk and SQLite can do, for bench/tracking to compare with
 *
 *   limit fdatasync DIR SECONDS    median milliseconds of an fdatasync after writing 4 KiB over an old place
 *   limit commit DIR SECONDS       commits/s: SQLite, WAL, synchronous=FULL, one prepared one-row insert each
 *   limit batch DIR SECONDS        rows/s: the same with 1,000 rows a commit, 10 keys of 100 steps each
 *
 * The table is that of a metric's points and its key keeps duplicates out, as whoever stores points must: a
 * loop without a key would be a limit of something else. Prints one number. Files are left in DIR. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, BLOCKS = 256, SAMPLES = 100000, BATCH = 1000, KEYS = 10 };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "limit: %s\n", what);
	exit(1);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double fdatasync_ms(const char *dir, double seconds)
{
	static char block[BLOCK];
	static double took[SAMPLES];
	char path[4096];
	int n = 0;

	snprintf(path, sizeof path, "%s/fdatasync", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (int i = 0; fd >= 0 && i < BLOCKS; i++)
		if (pwrite(fd, block, BLOCK, (off_t)i * BLOCK) != BLOCK)
			die("cannot write");
	if (fd < 0 || fsync(fd) != 0)
		die("cannot make a file");
	for (double end = now() + seconds; now() < end && n < SAMPLES; n++) {
		double start = now();
		memset(block, n, BLOCK);
		if (pwrite(fd, block, BLOCK, (off_t)(n % BLOCKS) * BLOCK) != BLOCK || fdatasync(fd) != 0)
			die("fdatasync failed");
		took[n] = now() - start;
	}
	close(fd);
	qsort(took, (size_t)n, sizeof *took, by_value);
	return took[n / 2] * 1000;
}

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
}

static void insert(sqlite3 *db, sqlite3_stmt *st, long long key, long long step)
{
	sqlite3_bind_int64(st, 1, key);
	sqlite3_bind_int64(st, 2, 1700000000000 + step);
	sqlite3_bind_int64(st, 3, step);
	sqlite3_bind_double(st, 4, (double)step * 0.001);
	if (sqlite3_step(st) != SQLITE_DONE || sqlite3_reset(st) != SQLITE_OK)
		die(sqlite3_errmsg(db));
}

static double rows_per_second(const char *dir, double seconds, int batch)
{
	char path[4096];
	sqlite3 *db;
	sqlite3_stmt *st;
	long long step = 0, rows = 0;

	snprintf(path, sizeof path, "%s/limit-%d-%ld.db", dir, batch, (long)getpid());
	if (sqlite3_open(path, &db) != SQLITE_OK)
		die("cannot open a database");
	run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"CREATE TABLE metric (run INTEGER NOT NULL, key INTEGER NOT NULL, timestamp INTEGER NOT NULL,"
		" step INTEGER NOT NULL, value REAL NOT NULL, is_nan INTEGER NOT NULL,"
		" PRIMARY KEY (run, key, timestamp, step, value, is_nan)) STRICT, WITHOUT ROWID");
	if (sqlite3_prepare_v2(db, "INSERT INTO metric VALUES (1, ?, ?, ?, ?, 0)", -1, &st, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
	double start = now(), end = start + seconds;
	for (; now() < end; rows += batch) {
		if (batch == 1) {
			insert(db, st, 1, step++);
			continue;
		}
		run(db, "BEGIN IMMEDIATE");
		for (int i = 0; i < batch; i++)
			insert(db, st, i % KEYS, step + i / KEYS);
		run(db, "COMMIT");
		step += batch / KEYS;
	}
	double took = now() - start;
	sqlite3_finalize(st);
	sqlite3_close(db);
	return (double)rows / took;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		die("usage: limit fdatasync|commit|batch DIR SECONDS");
	double seconds = atof(argv[3]), figure;
	if (!strcmp(argv[1], "fdatasync"))
		figure = fdatasync_ms(argv[2], seconds);
	else if (!strcmp(argv[1], "commit"))
		figure = rows_per_second(argv[2], seconds, 1);
	else if (!strcmp(argv[1], "batch"))
		figure = rows_per_second(argv[2], seconds, BATCH);
	else
		die("no such limit");
	printf("%.6f\n", figure);
	return 0;
}
