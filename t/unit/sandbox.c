/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox - what it bounds, what honest plugins still do in it, and what it says when it cannot be entered. */
#include "sandbox_fixture.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* ---- resources ---- */

static int take_much(void)
{
	const size_t much = (size_t)100 << 30;

	MUST(mmap(NULL, much, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED);
	MUST(mmap(NULL, much, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED);
#ifndef __SANITIZE_ADDRESS__ /* whose malloc ends the process */
	volatile size_t asked = much;
	MUST(malloc(asked) == NULL);
	size_t got = 0;
	while (got < much && malloc(1 << 20) != NULL)
		got += 1 << 20;
	MUST(got > 200 << 20 && got <= 256 << 20);
#endif
	return 0;
}

static void memory_is_bounded(void **state)
{
	struct sandbox_limits l = usual();
	void *free_of_it = mmap(NULL, (size_t)100 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)state;
	assert_true(free_of_it != MAP_FAILED); /* otherwise the test shows nothing */
	munmap(free_of_it, (size_t)100 << 30);
	l.memory = 256 << 20;
	l.seccomp = false; /* the filter is made with malloc, which ASan's room makes impossible under a limit */
	l.writable_dir = NULL;
	must_hold(&l, take_much);
}

static int leak_fds(void)
{
	int n = 0;

	while (n < 1000 && open("/dev/null", O_RDONLY) >= 0)
		n++;
	MUST(errno == EMFILE && n >= 20 && n <= 32);
	return 0;
}

static int fill_file(void)
{
	char part[4096] = { 0 };
	int fd = open("big", O_WRONLY | O_CREAT, 0666);
	struct stat st;
	ssize_t n;

	MUST(fd >= 0);
	while ((n = write(fd, part, sizeof part)) > 0)
		;
	MUST(errno == EFBIG && fstat(fd, &st) == 0 && st.st_size == 65536 && (st.st_mode & 077) == 0);
	REFUSED(memfd_create("x", 0), EPERM);
	return 0;
}

static int spin(void)
{
	for (volatile unsigned long i = 0;; i++)
		;
	return 0;
}

static void files_descriptors_and_time_are_bounded(void **state)
{
	struct sandbox_limits l = usual();

	(void)state;
	l.open_files = 32;
	l.file_bytes = 65536;
	must_hold(&l, leak_fds);
	must_hold(&l, fill_file);
	l.cpu_seconds = 1;
	must_die(&l, spin, SIGXCPU);
}

static int look_at_fds(void)
{
	for (int fd = 4; fd < 600; fd++)
		MUST(fcntl(fd, F_GETFD) < 0);
	MUST(fcntl(3, F_GETFD) == 0);
	char here[200];
	MUST(getcwd(here, sizeof here) != NULL && strcmp(here, folder) == 0 && strcmp(getenv("TMPDIR"), folder) == 0);
	return 0;
}

static void descriptors_of_before_are_closed(void **state)
{
	struct sandbox_limits l = usual();
	int fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 500), third = fd == 3 ? fd : dup2(fd, 3);

	(void)state;
	must_hold(&l, look_at_fds);
	close(high);
	close(third);
	if (fd != third)
		close(fd);
}

/* ---- files of others ---- */

static char outside[] = "/tmp/tenon-outside-XXXXXX"; /* a file that all may write */

static int write_inside(void)
{
	MUST(mkdir("d", 0700) == 0 && rmdir("d") == 0);
	int fd = open("in", O_RDWR | O_CREAT | O_TRUNC, 0600);
	MUST(fd >= 0 && write(fd, "x", 1) == 1 && ftruncate(fd, 0) == 0 && rename("in", "moved") == 0 && unlink("moved") == 0);
	MUST(open("/dev/null", O_WRONLY) >= 0 && open("/etc/passwd", O_RDONLY) >= 0 && open(outside, O_RDONLY) >= 0);
	return 0;
}

static int write_outside(void)
{
	REFUSED(open(outside, O_WRONLY), EACCES);
	REFUSED(open("/tmp/tenon-outside-new", O_WRONLY | O_CREAT, 0600), EACCES);
	REFUSED(truncate(outside, 0), EACCES);
	REFUSED(unlink(outside), EACCES);
	REFUSED(mkdir("/tmp/tenon-outside-dir", 0700), EACCES);
	return write_inside();
}

static int write_anywhere(void)
{
	MUST(open(outside, O_WRONLY) >= 0);
	return 0;
}

static void only_its_folder_is_written(void **state)
{
	bool kept = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0; /* the kernel has Landlock */
	struct sandbox_limits l = usual();
	int fd = mkstemp(outside);

	(void)state;
	assert_true(fd >= 0 && fchmod(fd, 0666) == 0);
	must_hold(&l, kept ? write_outside : write_inside);
	l.writable_dir = NULL;
	must_hold(&l, write_anywhere);
	close(fd);
	unlink(outside);
}

/* ---- what honest plugins do ---- */

static void *add_one(void *arg) { return (void *)((intptr_t)arg + 1); }

static int use_threads(void)
{
	pthread_t threads[8];
	void *out;

	for (intptr_t i = 0; i < 8; i++)
		MUST(pthread_create(&threads[i], NULL, add_one, (void *)i) == 0);
	for (intptr_t i = 0; i < 8; i++)
		MUST(pthread_join(threads[i], &out) == 0 && (intptr_t)out == i + 1);
	return 0;
}

static int use_sockets(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	struct addrinfo *found;
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), event = eventfd(0, 0), epoll = epoll_create1(0), pair[2];
	struct epoll_event ev = { .events = EPOLLIN };
	char got[3] = "";

	MUST(bind(server, (struct sockaddr *)&at, n) == 0 && listen(server, 1) == 0 && getsockname(server, (struct sockaddr *)&at, &n) == 0);
	MUST(connect(client, (struct sockaddr *)&at, n) == 0);
	int peer = accept(server, NULL, NULL);
	MUST(peer >= 0 && write(client, "hi", 2) == 2 && read(peer, got, 2) == 2 && strcmp(got, "hi") == 0);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && event >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, event, &ev) == 0);
	MUST(getaddrinfo("localhost", "80", NULL, &found) == 0);
	freeaddrinfo(found);
	return 0;
}

static int use_sqlite(void)
{
	sqlite3 *db;

	MUST(sqlite3_open("x.db", &db) == SQLITE_OK);
	MUST(sqlite3_exec(db, "PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1); BEGIN; INSERT INTO t VALUES(2); COMMIT;"
	                      "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL) == SQLITE_OK);
	MUST(sqlite3_close(db) == SQLITE_OK);
	return 0;
}

static int use_openssl(void)
{
	unsigned char digest[32], random[16];

	MUST(EVP_Q_digest(NULL, "SHA256", NULL, "x", 1, digest, NULL) == 1 && digest[0] == 0x2d);
	MUST(RAND_bytes(random, sizeof random) == 1);
	return 0;
}

static int use_curl(void)
{
	CURL *c = curl_easy_init();

	MUST(c != NULL && curl_easy_setopt(c, CURLOPT_URL, "http://localhost:1/") == CURLE_OK); /* its resolver is a thread */
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	MUST(curl_easy_perform(c) == CURLE_COULDNT_CONNECT);
	curl_easy_cleanup(c);
	return 0;
}

static int give_up(void)
{
	abort();
}

static void honest_plugins_work(void **state)
{
	struct sandbox_limits l = usual();

	(void)state;
	must_hold(&l, use_threads);
	must_hold(&l, use_sockets);
	must_hold(&l, use_sqlite);
	must_hold(&l, use_openssl);
	must_hold(&l, use_curl);
	must_die(&l, give_up, SIGABRT);
}

/* ---- what cannot be entered ---- */

static void what_cannot_be_entered_says_why(void **state)
{
	struct sandbox_limits l = usual();
	int status;
	pid_t pid;

	(void)state;
	l.writable_dir = "/no/such/folder";
	if ((pid = fork()) == 0) {
		struct err e = { 0 };
		_exit(sandbox_enter(&l, &e) == TENON_UNAVAILABLE && strstr(e.text, "/no/such/folder") != NULL ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	if ((pid = fork()) == 0) {
		struct err e = { 0 };
		if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0)
			_exit(1);
		l.uid = l.gid = 1;
		_exit(sandbox_enter(&l, &e) == TENON_PERMISSION_DENIED && strstr(e.text, "must be root") != NULL ? 0 : 2);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(files_descriptors_and_time_are_bounded),
		cmocka_unit_test(descriptors_of_before_are_closed),
		cmocka_unit_test(only_its_folder_is_written),
		cmocka_unit_test(honest_plugins_work),
		cmocka_unit_test(what_cannot_be_entered_says_why),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
