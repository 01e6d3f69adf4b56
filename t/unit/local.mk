# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
check_PROGRAMS += t/unit/base.t t/unit/loop.t t/unit/stream.t t/unit/bus.t t/unit/conf.t
t_unit_base_t_SOURCES = t/unit/base.c
t_unit_base_t_LDADD = $(UNIT_LIBS)
t_unit_loop_t_SOURCES = t/unit/loop.c
t_unit_loop_t_LDADD = $(UNIT_LIBS)
t_unit_stream_t_SOURCES = t/unit/stream.c
t_unit_stream_t_LDADD = $(UNIT_LIBS)
t_unit_conf_t_SOURCES = t/unit/conf.c
t_unit_conf_t_LDADD = $(UNIT_LIBS)
t_unit_bus_t_SOURCES = t/unit/bus.c t/unit/two_loops.h
t_unit_bus_t_LDADD = $(UNIT_LIBS)
else
check_PROGRAMS += missing-test-libraries
missing-test-libraries:
	@echo "the unit tests need:$(MISSING_TESTS); on Debian: apt-get install$(MISSING_TESTS)" >&2; exit 1
endif
