# SPDX-License-Identifier: Apache-2.0
# What tenon-host does to itself; with $(SECCOMP_LIBS).
SANDBOX = sdk/host/sandbox.c sdk/host/sandbox.h sdk/host/filter.c sdk/host/filter.h sdk/host/folder.c sdk/host/folder.h

bin_PROGRAMS += tenon-host
tenon_host_SOURCES = sdk/host/main.c sdk/host/crash.c sdk/host/crash.h sdk/host/python.c sdk/host/python.h $(SANDBOX)
tenon_host_CFLAGS = $(AM_CFLAGS) $(SECCOMP_CFLAGS)
tenon_host_LDFLAGS = $(AM_LDFLAGS) -static-libstdc++ -static-libgcc
tenon_host_LDADD = libcore.a $(CORE_LIBS) $(SECCOMP_LIBS)
tenon_host_LINK = $(CXX) $(AM_CXXFLAGS) $(CXXFLAGS) $(tenon_host_LDFLAGS) $(LDFLAGS) -o $@
