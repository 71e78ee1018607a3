#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# Fuzzes each target for some seconds. New inputs that reach further join the corpus when they are kept by hand
# (small ones, with a name that says what they show); a crash is written to the current folder and fails.
# usage: run.sh BUILD SECONDS TARGET…
set -eu
build=$1 seconds=$2
shift 2
for t; do
	work=$build/corpus/$t
	mkdir -p "$work" "tests/fuzz/corpus/$t"
	echo "fuzzing $t for $seconds s"
	"$build/fuzz/$t" -max_total_time="$seconds" -max_len=65536 -timeout=10 -print_final_stats=1 \
		-artifact_prefix="$build/" "$work" "tests/fuzz/corpus/$t"
done
