# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
check_PROGRAMS += t/unit/process.t
t_unit_process_t_SOURCES = t/unit/process.c
t_unit_process_t_LDADD = $(UNIT_LIBS)
endif
