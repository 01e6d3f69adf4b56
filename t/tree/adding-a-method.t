#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# adding-a-method - applies the patch of docs/adding-a-method.md to a clean copy of the tree, builds it, and runs its test.
set -u
fail() { echo "not ok 1 - $1"; sed 's/^/# /' "$log" | tail -n 40; echo "1..1"; exit 1; }
copy=$(mktemp -d)
log=$copy/log
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/tree"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy/tree" 2>"$log" || fail "the tree could not be copied"
cd "$copy/tree" || exit 1
sed -n '/^```diff$/,/^```$/p' docs/adding-a-method.md | sed '1d;$d' >"$copy/patch"
if grep -q '^+++ b/core/' "$copy/patch"; then fail "the patch changes core/"; fi
patch -p1 --fuzz=3 <"$copy/patch" >"$log" 2>&1 || fail "the patch does not apply"
chmod +x t/rest/stat.t
CFLAGS=-O0 CXXFLAGS=-O0 TENON_BUILD=build scripts/build >"$log" 2>&1 || fail "it does not build"
TENON_BUILD=build python3 t/rest/stat.t >"$log" 2>&1 || fail "its test fails"
echo "ok 1 - the patch applies, builds, and its test passes: $(grep -c '^ok' "$log") checks"
echo "1..1"
