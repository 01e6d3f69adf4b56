# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
check_PROGRAMS += t/unit/wire_json.t t/unit/wire_decode.t t/unit/wire_shape.t t/unit/wire_print.t t/unit/wire_unpack.t
t_unit_wire_json_t_SOURCES = t/unit/wire_json.c
t_unit_wire_json_t_LDADD = $(UNIT_LIBS)
t_unit_wire_decode_t_SOURCES = t/unit/wire_decode.c
t_unit_wire_decode_t_LDADD = $(UNIT_LIBS)
t_unit_wire_shape_t_SOURCES = t/unit/wire_shape.c
t_unit_wire_shape_t_LDADD = $(UNIT_LIBS)
t_unit_wire_print_t_SOURCES = t/unit/wire_print.c
t_unit_wire_print_t_LDADD = $(UNIT_LIBS)
t_unit_wire_unpack_t_SOURCES = t/unit/wire_unpack.c t/unit/pack_fixture.h
t_unit_wire_unpack_t_LDADD = $(UNIT_LIBS)
if HAVE_MSGPACK
check_PROGRAMS += t/unit/wire_pack.t
t_unit_wire_pack_t_SOURCES = t/unit/wire_pack.c t/unit/pack_fixture.h
t_unit_wire_pack_t_CFLAGS = $(AM_CFLAGS) $(MSGPACK_CFLAGS)
t_unit_wire_pack_t_LDADD = $(UNIT_LIBS) $(MSGPACK_LIBS)
endif
endif
