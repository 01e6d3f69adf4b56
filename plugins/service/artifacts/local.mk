# SPDX-License-Identifier: Apache-2.0
nobase_plugin_PROGRAMS += plugins/service/artifacts.so
plugins_service_artifacts_so_SOURCES = \
	plugins/service/artifacts/plugin.c plugins/service/artifacts/path.c plugins/service/artifacts/path.h \
	plugins/service/artifacts/media.c plugins/service/artifacts/media.h plugins/service/artifacts/messages.h \
	plugins/service/artifacts/run.c plugins/service/artifacts/run.h plugins/service/artifacts/artifacts.h
plugins_service_artifacts_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_service_artifacts_so_CFLAGS = $(PLUGIN_CFLAGS)
plugins_service_artifacts_so_LDFLAGS = $(PLUGIN_LDFLAGS)
