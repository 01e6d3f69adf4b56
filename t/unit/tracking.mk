# SPDX-License-Identifier: Apache-2.0
# tracking_store runs the built plugins under the mock host; the others hold the files that they test.
if HAVE_CMOCKA
TRACKING_TEXT = plugins/service/tracking/jsontext.c plugins/service/tracking/keys.c plugins/service/tracking/letters.c \
	plugins/service/tracking/location.c plugins/service/tracking/pytext.c
check_PROGRAMS += t/unit/tracking_dialect.t t/unit/tracking_store.t t/unit/tracking_text.t
t_unit_tracking_dialect_t_SOURCES = t/unit/tracking_dialect.c plugins/service/tracking/dialect.c plugins/service/tracking/messages.c \
	plugins/service/tracking/wording.c $(TRACKING_TEXT)
t_unit_tracking_dialect_t_CFLAGS = $(AM_CFLAGS)
t_unit_tracking_dialect_t_LDADD = $(UNIT_LIBS)
t_unit_tracking_store_t_SOURCES = t/unit/tracking_store.c $(MOCK)
t_unit_tracking_store_t_CPPFLAGS = $(PLUGIN_CPPFLAGS) -I$(top_srcdir)/sdk
t_unit_tracking_store_t_LDADD = $(CMOCKA_LIBS) -ldl -lm
t_unit_tracking_text_t_SOURCES = t/unit/tracking_text.c plugins/service/tracking/cache.c plugins/service/tracking/names.c \
	plugins/service/tracking/points.c $(TRACKING_TEXT)
t_unit_tracking_text_t_CFLAGS = $(AM_CFLAGS)
t_unit_tracking_text_t_LDADD = $(UNIT_LIBS) -lm
endif
