# SPDX-License-Identifier: Apache-2.0
# What plugins in a process of their own stand on: child processes, descriptors as bytes, the sandbox.
if HAVE_CMOCKA
check_PROGRAMS += t/unit/process.t
t_unit_process_t_SOURCES = t/unit/process.c
t_unit_process_t_LDADD = $(UNIT_LIBS)
check_PROGRAMS += t/unit/describe.t
t_unit_describe_t_SOURCES = t/unit/describe.c t/unit/describe_plugin.h
t_unit_describe_t_LDADD = $(UNIT_LIBS)
check_PROGRAMS += t/unit/sandbox.t
t_unit_sandbox_t_SOURCES = t/unit/sandbox.c t/unit/sandbox_fixture.h $(SANDBOX)
t_unit_sandbox_t_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/sdk
t_unit_sandbox_t_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS) $(SQLITE_CFLAGS) $(CRYPTO_CFLAGS) $(CURL_CFLAGS)
t_unit_sandbox_t_LDADD = $(UNIT_LIBS) $(SECCOMP_LIBS) $(SQLITE_LIBS) $(CRYPTO_LIBS) $(CURL_LIBS)
check_PROGRAMS += t/unit/sandbox_escape.t
t_unit_sandbox_escape_t_SOURCES = t/unit/sandbox_escape.c t/unit/sandbox_fixture.h $(SANDBOX)
t_unit_sandbox_escape_t_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/sdk
t_unit_sandbox_escape_t_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS)
t_unit_sandbox_escape_t_LDADD = $(UNIT_LIBS) $(SECCOMP_LIBS)
endif
