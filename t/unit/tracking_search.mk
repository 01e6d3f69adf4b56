# SPDX-License-Identifier: Apache-2.0
# tracking's search: what it reads without a store
TRACKING_GRAMMAR = plugins/service/tracking/filter.c plugins/service/tracking/group.c plugins/service/tracking/identifier.c \
	plugins/service/tracking/jsontext.c plugins/service/tracking/letters.c plugins/service/tracking/lex.c \
	plugins/service/tracking/literal.c plugins/service/tracking/order.c plugins/service/tracking/page.c \
	plugins/service/tracking/parts.c \
	plugins/service/tracking/pool.c plugins/service/tracking/pytext.c plugins/service/tracking/reserved.c \
	plugins/service/tracking/scan.c plugins/service/tracking/split.c
check_PROGRAMS += t/unit/tracking_grammar.t t/unit/tracking_page.t
t_unit_tracking_grammar_t_SOURCES = t/unit/tracking_grammar.c t/unit/tracking_grammar_cases.h $(TRACKING_GRAMMAR)
t_unit_tracking_grammar_t_CFLAGS = $(AM_CFLAGS)
t_unit_tracking_grammar_t_LDADD = $(UNIT_LIBS) -lm
t_unit_tracking_page_t_SOURCES = t/unit/tracking_page.c plugins/service/tracking/keyset.c plugins/service/tracking/sqltext.c \
	$(TRACKING_GRAMMAR)
t_unit_tracking_page_t_CFLAGS = $(AM_CFLAGS)
t_unit_tracking_page_t_LDADD = $(UNIT_LIBS) -lm
check_PROGRAMS += t/fuzz/filter.t
t_fuzz_filter_t_SOURCES = t/fuzz/filter.c plugins/service/tracking/model_filter.c $(TRACKING_GRAMMAR) $(FUZZ_REPLAY)
t_fuzz_filter_t_CFLAGS = $(AM_CFLAGS)
t_fuzz_filter_t_LDADD = $(FUZZ_LIBS) -lm
