# SPDX-License-Identifier: Apache-2.0
# What bench/bus measures with. It lies beside tenon-host, so that it finds it.
noinst_PROGRAMS += bus-bench bench/plugins/bench/echo.so
bus_bench_SOURCES = bench/lib/bus/bench.h bench/lib/bus/echo.h bench/lib/bus/main.c bench/lib/bus/nng.c bench/lib/bus/tenon.c
bus_bench_LDFLAGS = $(AM_LDFLAGS) -static-libstdc++ -static-libgcc
bus_bench_LDADD = libcore.a $(CORE_LIBS)
bus_bench_LINK = $(CXX) $(AM_CXXFLAGS) $(CXXFLAGS) $(bus_bench_LDFLAGS) $(LDFLAGS) -o $@
bench_plugins_bench_echo_so_SOURCES = bench/lib/bus/echo.c
bench_plugins_bench_echo_so_CPPFLAGS = $(PLUGIN_CPPFLAGS)
bench_plugins_bench_echo_so_CFLAGS = $(PLUGIN_CFLAGS)
bench_plugins_bench_echo_so_LDFLAGS = $(PLUGIN_LDFLAGS)
EXTRA_DIST += bench/lib/bus/goplugin/go.mod bench/lib/bus/goplugin/go.sum bench/lib/bus/goplugin/main.go
