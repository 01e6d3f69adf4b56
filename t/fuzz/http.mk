# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += t/fuzz/url.t t/fuzz/header.t
t_fuzz_url_t_SOURCES = t/fuzz/url.c $(FUZZ_REPLAY)
t_fuzz_url_t_LDADD = $(FUZZ_LIBS)
t_fuzz_header_t_SOURCES = t/fuzz/header.c $(FUZZ_REPLAY)
t_fuzz_header_t_LDADD = $(FUZZ_LIBS)
