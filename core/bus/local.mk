# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += \
	core/bus/background.c core/bus/background.h core/bus/bus.c core/bus/bus.h core/bus/call.c core/bus/call.h core/bus/host.c core/bus/lane.c core/bus/lane.h \
	core/bus/meter.c core/bus/meter.h core/bus/stream.c core/bus/stream.h core/bus/wait.c core/bus/wait.h
