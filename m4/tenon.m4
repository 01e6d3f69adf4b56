dnl SPDX-License-Identifier: Apache-2.0
dnl TENON_MISSING(what, Debian package) - stop, and say what to install
AC_DEFUN([TENON_MISSING], [AC_MSG_ERROR([$1 is missing; on Debian: apt-get install $2])])

dnl TENON_PKG(VARIABLE, pkg-config module, Debian package) - needed by the build
AC_DEFUN([TENON_PKG], [PKG_CHECK_MODULES([$1], [$2], [], [TENON_MISSING([$2], [$3])])])

dnl TENON_TEST_PKG(VARIABLE, module, Debian package) - needed by `make check` only, which says so when it runs without
AC_DEFUN([TENON_TEST_PKG], [
  PKG_CHECK_MODULES([$1], [$2], [tenon_have_$1=yes],
    [tenon_have_$1=no; tenon_missing_tests="$tenon_missing_tests $3"])
  AM_CONDITIONAL([HAVE_$1], [test "$tenon_have_$1" = yes])
  AC_SUBST([MISSING_TESTS], [$tenon_missing_tests])
])
