# SPDX-License-Identifier: Apache-2.0
# Unit tests are programs of the build, one a file; the other tests are scripts that drive build/tenond.
UNIT_LIBS = libcore.a $(CORE_LIBS) $(CMOCKA_LIBS) -lstdc++

include t/unit/local.mk
include t/unit/bus.mk
include t/unit/conf.mk
include t/unit/tracking.mk
include t/unit/wire.mk
include t/unit/tracking_search.mk
include t/unit/sqlite.mk
include t/unit/http.mk
include t/unit/host.mk
include t/unit/notify.mk
include t/http/local.mk
include t/process/local.mk
include t/fuzz/local.mk
include t/fuzz/http.mk
include t/fuzz/tracking.mk
include t/fuzz/notify.mk

TEST_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_EXTENSIONS = .t
T_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
T_LOG_COMPILER = $(top_srcdir)/t/lib/run
AM_TESTS_ENVIRONMENT = TENON_TOP='$(abs_top_srcdir)' TENON_BUILD='$(abs_top_builddir)'; export TENON_TOP TENON_BUILD;
TESTS = $(check_PROGRAMS)

check-programs: $(check_PROGRAMS)
fuzz-programs: $(FUZZ_TARGETS)
print-check-programs:
	@for p in $(check_PROGRAMS); do echo $$p; done

# scripts need the source tree as their folder
check-local: all
	cd $(top_srcdir) && TENON_TOP='$(abs_top_srcdir)' TENON_BUILD='$(abs_top_builddir)' prove --timer --merge --exec t/lib/run \
		$$(find t -name '*.t' -type f | sort)
# the same with the long settings: 1,000 kills, 30,000 differential requests
check-long: all
	cd $(top_srcdir) && TENON_LONG=1 TENON_DIFF_REQUESTS=30000 TENON_CHAOS_KILLS=1000 TENON_TOP='$(abs_top_srcdir)' \
		TENON_BUILD='$(abs_top_builddir)' prove --timer --merge --exec t/lib/run $$(find t -name '*.t' -type f | sort)
.PHONY: check-programs fuzz-programs print-check-programs check-long
