# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += \
	core/base/arena.c core/base/arena.h core/base/buf.c core/base/buf.h core/base/clock.h core/base/err.c core/base/err.h \
	core/base/list.h core/base/log.c core/base/log.h core/base/map.c core/base/map.h core/base/mem.c core/base/mem.h \
	core/base/text.c core/base/text.h
