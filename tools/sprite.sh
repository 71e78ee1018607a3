#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# Prints one SVG with a <symbol> for each icon named in the list (one file, one request, CSP 'self').
# usage: sprite.sh LIST
set -eu
dir=node_modules/@tabler/icons/icons/outline
printf '<svg xmlns="http://www.w3.org/2000/svg">\n'
sed '/^#/d;/^$/d' "$1" | while read -r name; do
	[ -f "$dir/$name.svg" ] || { echo "sprite: no icon named $name" >&2; exit 1; }
	printf '<symbol id="%s" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">' "$name"
	# The drawing alone: what stands between the outer tags, without the invisible 24 x 24 path.
	sed '1,/^>$/d;/<\/svg>/d;/M0 0h24v24H0z/d;s/^ *//' "$dir/$name.svg" | tr -d '\n'
	printf '</symbol>\n'
done
printf '</svg>\n'
