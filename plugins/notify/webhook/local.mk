# SPDX-License-Identifier: Apache-2.0
nobase_plugin_PROGRAMS += plugins/notify/webhook.so
plugins_notify_webhook_so_SOURCES = \
	plugins/notify/webhook/plugin.c plugins/notify/webhook/hook.h plugins/notify/webhook/settings.c plugins/notify/webhook/settings.h \
	plugins/notify/webhook/json.c plugins/notify/webhook/json.h plugins/notify/webhook/body.c plugins/notify/webhook/body.h \
	plugins/notify/webhook/signature.c plugins/notify/webhook/signature.h $(LIB_BASE64) $(LIB_HMAC) $(LIB_HTTP)
plugins_notify_webhook_so_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk
plugins_notify_webhook_so_CFLAGS = $(PLUGIN_CFLAGS) $(CURL_CFLAGS) $(CRYPTO_CFLAGS)
plugins_notify_webhook_so_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_notify_webhook_so_LDADD = $(CURL_LIBS) $(CRYPTO_LIBS)
