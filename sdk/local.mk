# SPDX-License-Identifier: Apache-2.0
# What a plugin's author gets: headers, the mock host, tenon.pc, the templates of `tenon plugin new`, the conformance suite.
sdkincludedir = $(includedir)/tenon
sdkinclude_HEADERS = \
	sdk/include/tenon/error.h sdk/include/tenon/row.h sdk/include/tenon/row.hpp sdk/include/tenon/plugin.h \
	sdk/include/tenon/plugin.hpp sdk/include/tenon/lent.h sdk/mock/mock.h
sdkifacedir = $(includedir)/tenon/iface
sdkiface_HEADERS = sdk/include/tenon/iface/sql.h sdk/include/tenon/iface/blob.h sdk/include/tenon/iface/notify.h

sdkdatadir = $(datadir)/tenon
dist_sdkdata_DATA = sdk/plugin.map
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = sdk/tenon.pc
CLEANFILES += sdk/tenon.pc
EXTRA_DIST += sdk/tenon.pc.in
# paths from where the file lies, so that an installed tree may be moved
sdk/tenon.pc: sdk/tenon.pc.in Makefile
	$(AM_V_GEN)$(MKDIR_P) sdk && below() { printf '%s' "$${1#$(prefix)/}"; } && \
	sed -e "s|@up@|$$(below '$(pkgconfigdir)' | sed 's|[^/][^/]*|..|g')|" -e "s|@include@|$$(below '$(includedir)')|" \
		-e "s|@lib@|$$(below '$(libdir)')|" -e "s|@data@|$$(below '$(datadir)')|" -e "s|@bin@|$$(below '$(bindir)')|" \
		-e 's|@version@|$(PACKAGE_VERSION)|' $(top_srcdir)/sdk/tenon.pc.in >$@-t && mv $@-t $@

include sdk/host/local.mk
include sdk/mock/local.mk
include sdk/check/local.mk
include sdk/template/local.mk
