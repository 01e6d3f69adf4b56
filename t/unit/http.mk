# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
check_PROGRAMS += t/unit/http_header.t t/unit/http_route.t t/unit/http_gzip.t
t_unit_http_header_t_SOURCES = t/unit/http_header.c
t_unit_http_header_t_LDADD = $(UNIT_LIBS)
t_unit_http_route_t_SOURCES = t/unit/http_route.c
t_unit_http_route_t_LDADD = $(UNIT_LIBS)
t_unit_http_gzip_t_SOURCES = t/unit/http_gzip.c
t_unit_http_gzip_t_LDADD = $(UNIT_LIBS)
endif
