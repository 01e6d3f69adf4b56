# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += \
	core/bus/access.c core/bus/access.h core/bus/background.c core/bus/background.h core/bus/bus.c core/bus/bus.h \
	core/bus/call.c core/bus/call.h core/bus/courier.c core/bus/courier.h core/bus/duct.c core/bus/duct.h core/bus/event.c core/bus/event.h core/bus/frame.c core/bus/frame.h core/bus/greeting.c core/bus/host.c \
	core/bus/herald.c core/bus/herald.h core/bus/hub.c core/bus/hub.h core/bus/intake.c core/bus/intake.h core/bus/lane.c core/bus/lane.h core/bus/line.c core/bus/line.h \
	core/bus/meter.c core/bus/meter.h core/bus/order.c core/bus/peer.c core/bus/peer.h core/bus/remote.c core/bus/remote.h core/bus/serve.c \
	core/bus/stream.c core/bus/stream.h core/bus/subscription.c core/bus/subscription.h core/bus/uplink.c core/bus/uplink.h \
	core/bus/wait.c core/bus/wait.h
