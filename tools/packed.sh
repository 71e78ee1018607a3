#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# Adds to a list of files to embed ("NAME PATH" a line) those of static/ that a browser may have compressed, as packed/NAME:
# an office line carries 642 kB of styles slowly, and nobody may stand between to compress them.
# usage: packed.sh LIST FOLDER
set -eu
list=$1 folder=$2
cat "$list"
while read -r name path; do
	case $name in static/*.css | static/*.js | static/*.svg) ;; *) continue ;; esac
	to=$folder/${name#static/}.gz
	mkdir -p "${to%/*}"
	gzip -9nc "$path" >"$to"
	echo "packed/${name#static/} $to"
done <"$list"
