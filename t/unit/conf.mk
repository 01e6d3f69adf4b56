# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
check_PROGRAMS += t/unit/conf_errors.t t/unit/conf_print.t
t_unit_conf_errors_t_SOURCES = t/unit/conf_errors.c t/unit/conf_fixture.h t/unit/conf_tables.h
t_unit_conf_errors_t_LDADD = $(UNIT_LIBS)
t_unit_conf_print_t_SOURCES = t/unit/conf_print.c t/unit/conf_fixture.h t/unit/conf_tables.h
t_unit_conf_print_t_LDADD = $(UNIT_LIBS)
endif
