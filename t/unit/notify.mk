# SPDX-License-Identifier: Apache-2.0
# The helpers of sdk/lib and the pure parts of the notifiers, without the core.
if HAVE_CMOCKA
check_PROGRAMS += t/unit/sdk_lib.t t/unit/notify_mail.t t/unit/notify_smtp.t t/unit/notify_webhook.t
t_unit_notify_smtp_t_SOURCES = t/unit/notify_faults.c $(plugins_notify_smtp_so_SOURCES) $(MOCK)
t_unit_notify_smtp_t_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk -DURL='"smtp://127.0.0.1:%d"' -DSETTING='"from=a@b"' -DSETTING_TOO='"tls=none"'
t_unit_notify_smtp_t_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
t_unit_notify_smtp_t_LDADD = $(CURL_LIBS) $(CMOCKA_LIBS)
t_unit_notify_webhook_t_SOURCES = t/unit/notify_faults.c $(plugins_notify_webhook_so_SOURCES) $(MOCK)
t_unit_notify_webhook_t_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk -DURL='"http://127.0.0.1:%d/x"' -DSETTING='"allow_private=true"' \
	-DSETTING_TOO='"mlflow_secret=x"'
t_unit_notify_webhook_t_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(CRYPTO_CFLAGS)
t_unit_notify_webhook_t_LDADD = $(CURL_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
t_unit_sdk_lib_t_SOURCES = t/unit/sdk_lib.c t/unit/bare_call.h sdk/lib/address.c $(LIB_BASE64) $(LIB_HMAC) $(LIB_BACKOFF) plugins/notify/webhook/signature.c
t_unit_sdk_lib_t_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk -I$(top_srcdir)/plugins/notify/webhook
t_unit_sdk_lib_t_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
t_unit_sdk_lib_t_LDADD = $(CRYPTO_LIBS) $(CMOCKA_LIBS)
t_unit_notify_mail_t_SOURCES = t/unit/notify_mail.c t/unit/bare_call.h plugins/notify/smtp/mailbox.c plugins/notify/smtp/header.c \
	plugins/notify/smtp/reply.c plugins/service/notify/pairs.c $(LIB_BASE64)
t_unit_notify_mail_t_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk -I$(top_srcdir)/plugins
t_unit_notify_mail_t_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
t_unit_notify_mail_t_LDADD = $(CMOCKA_LIBS)
endif
