# SPDX-License-Identifier: Apache-2.0
nobase_plugin_PROGRAMS += plugins/service/tracking.so
plugins_service_tracking_so_SOURCES = \
	plugins/service/tracking/active.c plugins/service/tracking/active.h plugins/service/tracking/batch.c \
	plugins/service/tracking/cache.c plugins/service/tracking/cache.h plugins/service/tracking/dialect.c \
	plugins/service/tracking/dialect.h plugins/service/tracking/entity.c plugins/service/tracking/entity.h \
	plugins/service/tracking/experiments.c plugins/service/tracking/inputs.c plugins/service/tracking/jsontext.c \
	plugins/service/tracking/jsontext.h plugins/service/tracking/keys.c plugins/service/tracking/keys.h \
	plugins/service/tracking/letters.c plugins/service/tracking/letters.h plugins/service/tracking/location.c \
	plugins/service/tracking/location.h plugins/service/tracking/log.c plugins/service/tracking/messages.c \
	plugins/service/tracking/messages.h plugins/service/tracking/model.c plugins/service/tracking/names.c \
	plugins/service/tracking/names.h plugins/service/tracking/plugin.c plugins/service/tracking/points.c \
	plugins/service/tracking/points.h plugins/service/tracking/pytext.c plugins/service/tracking/pytext.h \
	plugins/service/tracking/runref.c plugins/service/tracking/runref.h plugins/service/tracking/runs.c \
	plugins/service/tracking/schema.c plugins/service/tracking/schema.h plugins/service/tracking/tracking.h \
	plugins/service/tracking/words.c plugins/service/tracking/words.h
plugins_service_tracking_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_service_tracking_so_CFLAGS = $(PLUGIN_CFLAGS)
plugins_service_tracking_so_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_service_tracking_so_LDADD = -lm
