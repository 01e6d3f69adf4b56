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

# the wheel of plugins in Python: pip install $(datadir)/tenon/python
PYTHON_SDK = \
	sdk/python/pyproject.toml sdk/python/README.md sdk/python/tenon_plugin/__init__.py sdk/python/tenon_plugin/__main__.py \
	sdk/python/tenon_plugin/call.py sdk/python/tenon_plugin/codec.py sdk/python/tenon_plugin/describe.py sdk/python/tenon_plugin/duct.py \
	sdk/python/tenon_plugin/errors.py sdk/python/tenon_plugin/frames.py sdk/python/tenon_plugin/host.py \
	sdk/python/tenon_plugin/line.py sdk/python/tenon_plugin/load.py sdk/python/tenon_plugin/log.py \
	sdk/python/tenon_plugin/messages.py sdk/python/tenon_plugin/plugin.py sdk/python/tenon_plugin/shut.py \
	sdk/python/tenon_plugin/testing.py sdk/python/tenon_plugin/py.typed
EXTRA_DIST += $(PYTHON_SDK)
install-data-hook:
	cd $(top_srcdir)/sdk/python && for f in $(PYTHON_SDK:sdk/python/%=%); do \
		$(MKDIR_P) "$$(dirname "$(DESTDIR)$(datadir)/tenon/python/$$f")" && \
		$(INSTALL_DATA) "$$f" "$(DESTDIR)$(datadir)/tenon/python/$$f" || exit 1; done
uninstall-hook:
	rm -rf "$(DESTDIR)$(datadir)/tenon/python"

include sdk/host/local.mk
include sdk/mock/local.mk
include sdk/check/local.mk
include sdk/template/local.mk
