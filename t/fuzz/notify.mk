# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += t/fuzz/notify.t
t_fuzz_notify_t_SOURCES = t/fuzz/notify.c plugins/notify/smtp/mailbox.c plugins/notify/smtp/header.c plugins/notify/smtp/reply.c \
	plugins/notify/webhook/json.c plugins/notify/webhook/signature.c plugins/service/notify/pairs.c sdk/lib/address.c $(LIB_BASE64) $(LIB_HMAC) $(FUZZ_REPLAY)
t_fuzz_notify_t_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk -I$(top_srcdir)/plugins -I$(top_srcdir)/t/unit
t_fuzz_notify_t_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(CRYPTO_CFLAGS)
t_fuzz_notify_t_LDADD = $(CRYPTO_LIBS) $(FUZZ_FLAGS)
FUZZ_TARGETS += t/fuzz/notify.t
