#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# Installs the Debian packages of the given lists that are missing. When none is, nothing is asked of the network.
# usage: deps.sh LIST…
set -eu
missing=
plain=
# One dpkg-query for all; a package that is unknown or half installed does not print "ok installed".
for list; do
	while read -r package command _; do
		case $package in '' | \#*) continue ;; esac
		if [ -n "$command" ]; then
			command -v "$command" >/dev/null 2>&1 || missing="$missing $package"
		else
			plain="$plain $package"
		fi
	done <"$list"
done
# shellcheck disable=SC2086
have=$(dpkg-query -W -f='${Package} ${Status}\n' $plain 2>/dev/null | sed -n 's/ install ok installed$//p')
for package in $plain; do
	printf '%s\n' "$have" | grep -qxF -- "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing:$missing"
as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null 2>&1 || { echo "these packages are missing and need root or sudo:$missing" >&2; exit 1; }
	as_root=sudo
fi
# What packages say while they settle in interests only when it went wrong.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if ! { $as_root apt-get -qq update && $as_root env DEBIAN_FRONTEND=noninteractive \
	apt-get -qq install -y --no-install-recommends $missing; } >"$log" 2>&1; then
	cat "$log" >&2
	exit 1
fi
