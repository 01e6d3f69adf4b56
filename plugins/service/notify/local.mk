# SPDX-License-Identifier: Apache-2.0
nobase_plugin_PROGRAMS += plugins/service/notify.so
plugins_service_notify_so_SOURCES = \
	plugins/service/notify/plugin.c plugins/service/notify/notify.h plugins/service/notify/messages.h plugins/service/notify/settings.c \
	plugins/service/notify/settings.h plugins/service/notify/schema.c plugins/service/notify/schema.h plugins/service/notify/outbox.c \
	plugins/service/notify/outbox.h plugins/service/notify/pairs.c plugins/service/notify/pairs.h plugins/service/notify/delivery.c \
	plugins/service/notify/delivery.h plugins/service/notify/poller.c plugins/service/notify/poller.h $(LIB_BACKOFF)
plugins_service_notify_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk
plugins_service_notify_so_CFLAGS = $(PLUGIN_CFLAGS)
plugins_service_notify_so_LDFLAGS = $(PLUGIN_LDFLAGS)
