# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += \
	core/loop/fiber.c core/loop/fiber.h core/loop/loop.c core/loop/loop.h core/loop/stack.c core/loop/stack.h \
	core/loop/switch.cc core/loop/switch.h core/loop/process.c core/loop/process.h core/loop/under.h
