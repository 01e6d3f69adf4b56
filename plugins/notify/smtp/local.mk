# SPDX-License-Identifier: Apache-2.0
nobase_plugin_PROGRAMS += plugins/notify/smtp.so
plugins_notify_smtp_so_SOURCES = \
	plugins/notify/smtp/plugin.c plugins/notify/smtp/smtp.h plugins/notify/smtp/mailbox.c plugins/notify/smtp/mailbox.h \
	plugins/notify/smtp/header.c plugins/notify/smtp/header.h plugins/notify/smtp/mail.c plugins/notify/smtp/mail.h \
	plugins/notify/smtp/session.c plugins/notify/smtp/session.h plugins/notify/smtp/reply.c plugins/notify/smtp/reply.h $(LIB_BASE64)
plugins_notify_smtp_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk
plugins_notify_smtp_so_CFLAGS = $(PLUGIN_CFLAGS) $(CURL_CFLAGS)
plugins_notify_smtp_so_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_notify_smtp_so_LDADD = $(CURL_LIBS)
