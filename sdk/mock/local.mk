# SPDX-License-Identifier: Apache-2.0
# The mock host, for the unit tests of plugins: add $(MOCK) to a test's sources and -I$(top_srcdir)/sdk to its flags.
MOCK = \
	sdk/mock/mock.c sdk/mock/mock.h sdk/mock/host.c sdk/mock/host.h sdk/mock/settings.c sdk/mock/settings.h
lib_LIBRARIES = libtenon-mock.a
libtenon_mock_a_SOURCES = $(MOCK)
libtenon_mock_a_CPPFLAGS = $(PLUGIN_CPPFLAGS)
libtenon_mock_a_CFLAGS = $(AM_CFLAGS) -fPIC
