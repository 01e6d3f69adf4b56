# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
check_PROGRAMS += t/unit/bus_access.t t/unit/bus_event.t
t_unit_bus_access_t_SOURCES = t/unit/bus_access.c t/unit/two_loops.h
t_unit_bus_access_t_LDADD = $(UNIT_LIBS)
t_unit_bus_event_t_SOURCES = t/unit/bus_event.c
t_unit_bus_event_t_LDADD = $(UNIT_LIBS)
endif
