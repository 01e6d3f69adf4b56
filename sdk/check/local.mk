# SPDX-License-Identifier: Apache-2.0
# The conformance suite and the console, on the core's own bus.
bin_PROGRAMS += tenon-check
tenon_check_SOURCES = \
	sdk/check/main.c sdk/check/suite.c sdk/check/suite.h sdk/check/stage.c sdk/check/stage.h sdk/check/subject.h sdk/check/shot.c \
	sdk/check/shot.h sdk/check/shim.c sdk/check/shim.h sdk/check/heap.c sdk/check/heap.h sdk/check/elf.c sdk/check/elf.h \
	sdk/check/trial.c sdk/check/trial.h sdk/check/result.c sdk/check/result.h sdk/check/common.c sdk/check/groups.h \
	sdk/check/descriptor.c sdk/check/lifecycle.c sdk/check/arguments.c sdk/check/faults.c sdk/check/contract.c sdk/check/contract.h \
	sdk/check/contract_blob.c sdk/check/contract_notify.c sdk/check/contract_sql.c sdk/check/cases.c sdk/check/apart.c sdk/check/apart.h sdk/check/console.c sdk/check/console.h
tenon_check_LDFLAGS = $(AM_LDFLAGS) -static-libstdc++ -static-libgcc
tenon_check_LDADD = libcore.a $(CORE_LIBS)
tenon_check_LINK = $(CXX) $(AM_CXXFLAGS) $(CXXFLAGS) $(tenon_check_LDFLAGS) $(LDFLAGS) -o $@
