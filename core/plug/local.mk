# SPDX-License-Identifier: Apache-2.0
libcore_a_SOURCES += core/plug/find.c core/plug/find.h core/plug/life.c core/plug/life.h
