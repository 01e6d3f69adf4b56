# SPDX-License-Identifier: Apache-2.0
TRACKING_FUZZED = plugins/service/tracking/jsontext.c plugins/service/tracking/keys.c plugins/service/tracking/letters.c \
	plugins/service/tracking/location.c plugins/service/tracking/pytext.c
check_PROGRAMS += t/fuzz/tracking_text.t t/fuzz/tracking_dialect.t
t_fuzz_tracking_text_t_SOURCES = t/fuzz/tracking_text.c $(TRACKING_FUZZED) $(FUZZ_REPLAY)
t_fuzz_tracking_text_t_CFLAGS = $(AM_CFLAGS)
t_fuzz_tracking_text_t_LDADD = $(FUZZ_LIBS)
t_fuzz_tracking_dialect_t_SOURCES = t/fuzz/tracking_dialect.c plugins/service/tracking/dialect.c plugins/service/tracking/messages.c \
	plugins/service/tracking/wording.c $(TRACKING_FUZZED) $(FUZZ_REPLAY)
t_fuzz_tracking_dialect_t_CFLAGS = $(AM_CFLAGS)
t_fuzz_tracking_dialect_t_LDADD = $(FUZZ_LIBS)
