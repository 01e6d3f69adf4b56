# SPDX-License-Identifier: Apache-2.0
# lib - what the scripts share: saying what is done and how long it took, and installing what is missing.
# Sourced, with `top` set to the tree.

step_began=$(date +%s)
step() { # step TEXT: the former step ends, this one begins
	step_now=$(date +%s)
	[ -z "${step_text:-}" ] || printf '   %s: %d s\n' "$step_text" $((step_now - step_began))
	step_text=$1
	step_began=$step_now
	[ -z "$1" ] || printf '== %s\n' "$1"
}

# install KIND...: the packages of scripts/packages of these kinds that are not there yet
install_packages() {
	missing=
	for kind in "$@"; do
		for package in $(awk -v kind="$kind" '$1 == kind { print $2 }' "$top/scripts/packages"); do
			dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
		done
	done
	[ -n "$missing" ] || return 0
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	echo "installing:$missing"
	command -v apt-get >/dev/null || { echo "this is no Debian: install these yourself:$missing" >&2; exit 1; }
	$sudo apt-get update -qq
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
