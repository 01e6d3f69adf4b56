# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += \
	core/plug/admin.c core/plug/member.h core/plug/describe.c core/plug/describe.h core/plug/describe_rows.h core/plug/described.c \
	core/plug/find.c core/plug/find.h core/plug/hosting.c core/plug/hosting.h core/plug/launch.c core/plug/launch.h core/plug/life.c core/plug/life.h core/plug/python.c core/plug/python.h \
	core/plug/step.c core/plug/step.h core/plug/supervisor.c core/plug/supervisor.h core/plug/trust.c core/plug/trust.h \
	core/plug/wish.c core/plug/wish.h
