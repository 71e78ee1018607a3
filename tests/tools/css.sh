#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# Our own style sheets: every brace closed, every block of its own headed and outside another, and nothing that a
# Chromium of 86 does not know (experience.md 6): offices run kernels that old.
. tests/tools/lib.sh

# balanced FILE: prints the line at which a brace stands open where a new headed block begins, or at the end.
balanced() {
	awk '/^\/\*/ && depth { print FILENAME ":" FNR ": a block begins inside another: " $0; bad = 1 }
		{ depth += gsub(/\{/, "{") - gsub(/\}/, "}") }
		depth < 0 { print FILENAME ":" FNR ": a brace too many"; bad = 1; depth = 0 }
		END { if (depth) { print FILENAME ": " depth " braces open at the end"; bad = 1 } exit bad }' "$1"
}

# modern FILE: prints what came after Chromium 86.
modern() {
	! grep -nE 'oklch\(|oklab\(|color-mix\(|light-dark\(|:has\(|@layer|@container|@scope|aspect-ratio:|[^-]inset:|[0-9](dvh|svh|lvh|cqw)|:is\(|:where\(|accent-color:|text-wrap:|@property|:modal|field-sizing' "$1"
}

for f in static/*.css; do
	if balanced "$f"; then ok; else bad "$f: braces"; fi
	if modern "$f"; then ok; else bad "$f: newer than Chromium 86"; fi
done

printf '@media print {\n\t.a { color: #000000; }\n/* ---- b ---- */\n' >"$tmp/open.css"
balanced "$tmp/open.css" >/dev/null && bad 'an open brace is not noticed' || ok
printf '.a:has(b) { color: #000000; }\n' >"$tmp/new.css"
modern "$tmp/new.css" >/dev/null && bad 'a newer feature is not noticed' || ok
finish
