# SPDX-License-Identifier: Apache-2.0
# A fuzz target is a program: with --enable-fuzzing it is libFuzzer's, otherwise replay.c feeds it its corpus, in TAP.
FUZZ_REPLAY =
if !FUZZING
FUZZ_REPLAY += t/fuzz/replay.c
endif
FUZZ_TARGETS = t/fuzz/json_decode.t t/fuzz/query_decode.t t/fuzz/conf.t t/fuzz/unpack.t t/fuzz/describe.t t/fuzz/frame.t
FUZZ_LIBS = $(UNIT_LIBS) $(FUZZ_FLAGS)
if HAVE_SIMDJSON
check_PROGRAMS += t/fuzz/json_decode.t
endif
EXTRA_PROGRAMS = t/fuzz/json_decode.t
t_fuzz_json_decode_t_SOURCES = t/fuzz/json_decode.cc t/fuzz/json_target.c t/fuzz/json_target.h t/fuzz/everything.h $(FUZZ_REPLAY)
t_fuzz_json_decode_t_CXXFLAGS = $(AM_CXXFLAGS) $(SIMDJSON_CFLAGS)
t_fuzz_json_decode_t_LDADD = $(FUZZ_LIBS) $(SIMDJSON_LIBS)
check_PROGRAMS += t/fuzz/query_decode.t t/fuzz/conf.t t/fuzz/unpack.t t/fuzz/describe.t t/fuzz/frame.t
t_fuzz_describe_t_SOURCES = t/fuzz/describe.c $(FUZZ_REPLAY)
t_fuzz_describe_t_LDADD = $(FUZZ_LIBS)
t_fuzz_query_decode_t_SOURCES = t/fuzz/query_decode.c $(FUZZ_REPLAY)
t_fuzz_query_decode_t_LDADD = $(FUZZ_LIBS)
t_fuzz_conf_t_SOURCES = t/fuzz/conf.c $(FUZZ_REPLAY)
t_fuzz_conf_t_LDADD = $(FUZZ_LIBS)
t_fuzz_unpack_t_SOURCES = t/fuzz/unpack.c t/fuzz/everything.h $(FUZZ_REPLAY)
t_fuzz_unpack_t_LDADD = $(FUZZ_LIBS)
t_fuzz_frame_t_SOURCES = t/fuzz/frame.c $(FUZZ_REPLAY)
t_fuzz_frame_t_LDADD = $(FUZZ_LIBS)
