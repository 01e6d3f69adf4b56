# SPDX-License-Identifier: Apache-2.0
# The driver under the mock host, without the core; compiled once for its three programs.
if HAVE_CMOCKA
check_PROGRAMS += t/unit/sqlite_driver.t t/unit/sqlite_faults.t t/unit/sqlite_migrate.t
EXTRA_LIBRARIES = t/unit/libsqlite_driver.a
SQLITE_TEST_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk -I$(top_srcdir)/plugins/sql/sqlite
SQLITE_TEST_LIBS = t/unit/libsqlite_driver.a $(SQLITE_LIBS) $(CMOCKA_LIBS) -lm
t_unit_libsqlite_driver_a_SOURCES = $(SQLITE_DRIVER) $(MOCK)
t_unit_libsqlite_driver_a_CPPFLAGS = $(SQLITE_TEST_CPPFLAGS)
t_unit_libsqlite_driver_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
t_unit_sqlite_driver_t_SOURCES = t/unit/sqlite_driver.c t/unit/sqlite_fixture.h
t_unit_sqlite_driver_t_CPPFLAGS = $(SQLITE_TEST_CPPFLAGS)
t_unit_sqlite_driver_t_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
t_unit_sqlite_driver_t_LDADD = $(SQLITE_TEST_LIBS)
t_unit_sqlite_faults_t_SOURCES = t/unit/sqlite_faults.c t/unit/sqlite_fixture.h
t_unit_sqlite_faults_t_CPPFLAGS = $(SQLITE_TEST_CPPFLAGS)
t_unit_sqlite_faults_t_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
t_unit_sqlite_faults_t_LDADD = $(SQLITE_TEST_LIBS)
t_unit_sqlite_migrate_t_SOURCES = t/unit/sqlite_migrate.c t/unit/sqlite_fixture.h
t_unit_sqlite_migrate_t_CPPFLAGS = $(SQLITE_TEST_CPPFLAGS)
t_unit_sqlite_migrate_t_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
t_unit_sqlite_migrate_t_LDADD = $(SQLITE_TEST_LIBS)
endif
