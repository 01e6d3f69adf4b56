# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += tenon
tenon_SOURCES = \
	cli/args.c cli/args.h cli/body.c cli/body.h cli/call.c cli/call.h cli/catalogue.c cli/catalogue.h cli/cell.c cli/cell.h \
	cli/events.c cli/events.h cli/exits.h cli/help.c cli/help.h cli/http.c cli/http.h cli/main.c cli/plugin.c cli/plugin.h \
	cli/scaffold.c cli/scaffold.h cli/show.c cli/show.h cli/status.c cli/status.h cli/table.c cli/table.h cli/talk.c cli/talk.h \
	cli/transfer.c cli/transfer.h
tenon_CPPFLAGS = $(AM_CPPFLAGS)
tenon_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
tenon_LDFLAGS = $(AM_LDFLAGS) -static-libstdc++ -static-libgcc
tenon_LDADD = libcore.a $(CURL_LIBS) -lpthread
# numbers as text are C++
tenon_LINK = $(CXX) $(AM_CXXFLAGS) $(CXXFLAGS) $(tenon_LDFLAGS) $(LDFLAGS) -o $@
