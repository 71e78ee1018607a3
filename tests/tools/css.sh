#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# Our own style sheets: every brace closed, every block of its own headed and outside another. Nothing in them, in our
# scripts or in our pages that a Chromium of 86 does not know (experience.md 6): offices run kernels that old.
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
	! grep -nE 'oklch\(|oklab\(|color-mix\(|light-dark\(|:has\(|@layer|@container|@scope|aspect-ratio:|[^-]inset:|[0-9](dvh|svh|lvh|cqw)|:is\(|:where\(|accent-color:|text-wrap:|@property|:modal|field-sizing|:not\([^)]*,|overflow[-xy]*: *clip|(margin|padding|inset)-inline:|(margin|padding|inset)-block:|scrollbar-gutter|text-underline-offset|forced-colors|prefers-contrast|subgrid|^[[:space:]]*&|\((width|height) *[<>]|[^a-z-](lab|lch|hwb)\(|:user-(in)?valid|content-visibility: *hidden|[^-]translate:|[^-]rotate:|[^-]scale:' "$1"
}

# newer FILE: prints what of a script came after Chromium 86.
newer() {
	! grep -nE 'structuredClone|Object\.(hasOwn|groupBy)|\.(findLast|findLastIndex|toSorted|toReversed|toSpliced|checkVisibility|showPopover|togglePopover|isWellFormed)\(|\.at\(|randomUUID|AbortSignal\.(timeout|any)|Promise\.(withResolvers|try)|Intl\.Segmenter|:has\(|:is\(|\.inert|scrollend|static \{|new Error\([^)]*cause:' "$1"
}

# marked FILE: prints attributes and elements of a page that came after Chromium 86.
marked() {
	! grep -nE '<(search|dialog)[ >]|[ "](inert|popover|popovertarget)[ >=]|fetchpriority=|<details[^>]* name=' "$1"
}

for f in static/*.css; do
	if balanced "$f"; then ok; else bad "$f: braces"; fi
	if modern "$f"; then ok; else bad "$f: newer than Chromium 86"; fi
done

for f in static/*.js; do
	if newer "$f"; then ok; else bad "$f: newer than Chromium 86"; fi
done
for f in pages/*.html; do
	if marked "$f"; then ok; else bad "$f: newer than Chromium 86"; fi
done

printf '@media print {\n\t.a { color: #000000; }\n/* ---- b ---- */\n' >"$tmp/open.css"
balanced "$tmp/open.css" >/dev/null && bad 'an open brace is not noticed' || ok
printf '.a:has(b) { color: #000000; }\n' >"$tmp/new.css"
modern "$tmp/new.css" >/dev/null && bad 'a newer feature is not noticed' || ok
for new in 'a.at(-1);' 'structuredClone(x);' 'document.querySelector("p:has(b)");'; do
	printf '%s\n' "$new" >"$tmp/new.js"
	newer "$tmp/new.js" >/dev/null && bad "not noticed: $new" || ok
done
printf '<div inert>a</div>\n' >"$tmp/new.html"
marked "$tmp/new.html" >/dev/null && bad 'a newer attribute is not noticed' || ok
finish
