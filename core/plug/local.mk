# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += core/plug/find.c core/plug/find.h core/plug/life.c core/plug/life.h \
	core/plug/describe.c core/plug/describe.h core/plug/describe_rows.h core/plug/described.c
