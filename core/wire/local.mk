# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += \
	core/wire/check.c core/wire/convert.c core/wire/convert.h core/wire/copy.c core/wire/copy.h core/wire/decode.c core/wire/decode.h core/wire/decode_json.c \
	core/wire/decode_text.c core/wire/decode_value.c core/wire/decoder.h core/wire/json.c core/wire/json.h core/wire/number.cc \
	core/wire/number.h core/wire/pack.c core/wire/pack.h core/wire/print.c core/wire/print.h core/wire/problem.c core/wire/schema.c core/wire/schema.h \
	core/wire/shape.c core/wire/shape.h core/wire/translate.c core/wire/translate.h \
	core/wire/unpack.c core/wire/unpack.h core/wire/unpack_item.h core/wire/unpack_message.c
