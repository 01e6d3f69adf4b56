# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES =
libcore_a_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS) $(MHD_CFLAGS) $(YAML_CFLAGS) $(ZLIB_CFLAGS) $(CRYPTO_CFLAGS)
CORE_LIBS = $(UV_LIBS) $(MHD_LIBS) $(YAML_LIBS) $(ZLIB_LIBS) -lnng -lboost_context -ldl -lpthread

include core/base/local.mk
include core/wire/local.mk
include core/loop/local.mk
include core/bus/local.mk
include core/conf/local.mk
include core/plug/local.mk
include core/http/local.mk

bin_PROGRAMS += tenond
tenond_SOURCES = core/main.c core/options.c core/options.h
# libstdc++ is linked in: numbers as text and the stack switch are all that is C++, and an idle process stays small
tenond_LDFLAGS = $(AM_LDFLAGS) -static-libstdc++ -static-libgcc
tenond_LDADD = libcore.a $(CORE_LIBS)
tenond_LINK = $(CXX) $(AM_CXXFLAGS) $(CXXFLAGS) $(tenond_LDFLAGS) $(LDFLAGS) -o $@
