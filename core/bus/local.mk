# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += \
	core/bus/access.c core/bus/access.h core/bus/bus.c core/bus/bus.h core/bus/call.c core/bus/call.h core/bus/event.c core/bus/event.h \
	core/bus/host.c core/bus/lane.c core/bus/lane.h \
	core/bus/meter.c core/bus/meter.h core/bus/stream.c core/bus/stream.h core/bus/subscription.c \
	core/bus/subscription.h core/bus/wait.c core/bus/wait.h
