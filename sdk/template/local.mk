# SPDX-License-Identifier: Apache-2.0
# Templates of `tenon plugin new`: <language>/<interface>/, for C and C++ native/<interface>/ and native/all/, then common/, copied with
# @NAME@ and the like filled in (cli/scaffold.c).
# A file called dot.x becomes .x, so that nothing here is hidden or taken for this tree's own.
TEMPLATES = \
	sdk/template/common/dot.gitignore sdk/template/common/README.md sdk/template/common/dot.github/workflows/ci.yml \
	sdk/template/native/all/Makefile sdk/template/native/service/messages.h sdk/template/native/service/test.src \
	sdk/template/native/notify/test.src sdk/template/c/service/plugin.c sdk/template/c/notify/plugin.c \
	sdk/template/cxx/service/plugin.cc sdk/template/cxx/notify/plugin.cc \
	sdk/template/python/service/Makefile sdk/template/python/service/README.md sdk/template/python/service/dot.gitignore \
	sdk/template/python/service/dot.github/workflows/ci.yml sdk/template/python/service/ident.py sdk/template/python/service/pyproject.toml \
	sdk/template/python/service/test_plugin.py
EXTRA_DIST += $(TEMPLATES)
install-data-local:
	cd $(top_srcdir)/sdk/template && for f in $(TEMPLATES:sdk/template/%=%); do \
		$(MKDIR_P) "$(DESTDIR)$(datadir)/tenon/template/$${f%/*}" && \
		$(INSTALL_DATA) "$$f" "$(DESTDIR)$(datadir)/tenon/template/$$f" || exit 1; done
uninstall-local:
	rm -rf "$(DESTDIR)$(datadir)/tenon/template"
