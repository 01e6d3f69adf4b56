# SPDX-License-Identifier: Apache-2.0
nobase_plugin_PROGRAMS += plugins/sql/sqlite.so
SQLITE_DRIVER = \
	plugins/sql/sqlite/plugin.c plugins/sql/sqlite/store.h plugins/sql/sqlite/conn.c plugins/sql/sqlite/conn.h \
	plugins/sql/sqlite/cache.c plugins/sql/sqlite/cache.h plugins/sql/sqlite/rows.c plugins/sql/sqlite/rows.h \
	plugins/sql/sqlite/group.c plugins/sql/sqlite/group.h plugins/sql/sqlite/query.c plugins/sql/sqlite/migrate.c \
	plugins/sql/sqlite/copy.c plugins/sql/sqlite/copy.h plugins/sql/sqlite/words.c plugins/sql/sqlite/words.h \
	plugins/sql/sqlite/like.c plugins/sql/sqlite/like.h plugins/sql/sqlite/fault.c plugins/sql/sqlite/fault.h \
	plugins/sql/sqlite/trace.c plugins/sql/sqlite/trace.h
plugins_sql_sqlite_so_SOURCES = $(SQLITE_DRIVER)
plugins_sql_sqlite_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_sql_sqlite_so_CFLAGS = $(PLUGIN_CFLAGS) $(SQLITE_CFLAGS)
plugins_sql_sqlite_so_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_sql_sqlite_so_LDADD = $(SQLITE_LIBS)
