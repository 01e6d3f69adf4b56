# SPDX-License-Identifier: Apache-2.0
nobase_plugin_PROGRAMS += plugins/service/tracking.so
plugins_service_tracking_so_SOURCES = \
	plugins/service/tracking/active.c plugins/service/tracking/active.h plugins/service/tracking/batch.c \
	plugins/service/tracking/cache.c plugins/service/tracking/cache.h plugins/service/tracking/dialect.c \
	plugins/service/tracking/dialect.h plugins/service/tracking/entity.c plugins/service/tracking/entity.h \
	plugins/service/tracking/events.c plugins/service/tracking/events.h \
	plugins/service/tracking/experiments.c plugins/service/tracking/filter.c plugins/service/tracking/filter.h \
	plugins/service/tracking/find_runs.c plugins/service/tracking/find_runs.h plugins/service/tracking/group.c \
	plugins/service/tracking/group.h plugins/service/tracking/history.c plugins/service/tracking/history_bulk.c \
	plugins/service/tracking/identifier.c plugins/service/tracking/identifier.h plugins/service/tracking/inputs.c \
	plugins/service/tracking/jsontext.c plugins/service/tracking/jsontext.h plugins/service/tracking/keys.c \
	plugins/service/tracking/keys.h plugins/service/tracking/keyset.c plugins/service/tracking/keyset.h \
	plugins/service/tracking/letters.c plugins/service/tracking/letters.h plugins/service/tracking/lex.c \
	plugins/service/tracking/lex.h plugins/service/tracking/literal.c plugins/service/tracking/literal.h \
	plugins/service/tracking/load_runs.c plugins/service/tracking/load_runs.h plugins/service/tracking/location.c \
	plugins/service/tracking/location.h plugins/service/tracking/log.c plugins/service/tracking/messages.c \
	plugins/service/tracking/messages.h plugins/service/tracking/model.c plugins/service/tracking/model_filter.c \
	plugins/service/tracking/model_filter.h plugins/service/tracking/model_load.c plugins/service/tracking/model_load.h \
	plugins/service/tracking/model_messages.c plugins/service/tracking/model_messages.h plugins/service/tracking/model_points.c \
	plugins/service/tracking/model_points.h plugins/service/tracking/model_search.c plugins/service/tracking/models.c \
	plugins/service/tracking/models.h plugins/service/tracking/names.c plugins/service/tracking/names.h \
	plugins/service/tracking/order.c plugins/service/tracking/order.h plugins/service/tracking/outputs.c \
	plugins/service/tracking/outputs.h \
	plugins/service/tracking/page.c plugins/service/tracking/page.h plugins/service/tracking/parts.c \
	plugins/service/tracking/parts.h plugins/service/tracking/plugin.c \
	plugins/service/tracking/points.c plugins/service/tracking/points.h plugins/service/tracking/pool.c \
	plugins/service/tracking/pool.h plugins/service/tracking/pytext.c plugins/service/tracking/pytext.h \
	plugins/service/tracking/repeats.c plugins/service/tracking/repeats.h plugins/service/tracking/reserved.c \
	plugins/service/tracking/reserved.h plugins/service/tracking/resolvers.c plugins/service/tracking/resolvers.h \
	plugins/service/tracking/runref.c plugins/service/tracking/runref.h \
	plugins/service/tracking/runs.c plugins/service/tracking/scan.c plugins/service/tracking/scan.h \
	plugins/service/tracking/schema.c plugins/service/tracking/schema.h \
	plugins/service/tracking/search.h plugins/service/tracking/search_experiments.c plugins/service/tracking/search_runs.c \
	plugins/service/tracking/spelling.c plugins/service/tracking/spelling.h plugins/service/tracking/split.c \
	plugins/service/tracking/split.h plugins/service/tracking/sqltext.c plugins/service/tracking/sqltext.h \
	plugins/service/tracking/tracking.h plugins/service/tracking/walk.c plugins/service/tracking/walk.h \
	plugins/service/tracking/where.c plugins/service/tracking/where.h plugins/service/tracking/wording.c \
	plugins/service/tracking/wording.h plugins/service/tracking/words.c plugins/service/tracking/words.h
plugins_service_tracking_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_service_tracking_so_CFLAGS = $(PLUGIN_CFLAGS)
plugins_service_tracking_so_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_service_tracking_so_LDADD = -lm
