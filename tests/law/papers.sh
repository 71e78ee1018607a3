#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# Every template of every pack, drawn from what scenarios froze, is PDF/A-1b by the judgement of another program
# (PDFBox preflight; one Java process for all of them), and as OFD another program reads the same in it.
# Proves: LY1.09-11b
set -u
: "${MINGFA:=build/mingfa}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0
good() { passed=$((passed + 1)); }
bad() {
	failed=$((failed + 1))
	echo "$1"
}

jars=
for jar in preflight pdfbox2 xmpbox fontbox2 commons-logging commons-io javax.activation jaxb-api; do
	jars="$jars:/usr/share/java/$jar.jar"
done
# shellcheck disable=SC2046
"$MINGFA" scenario --quiet --papers "$dir" $(find law -name '*.scenario.yaml') >"$dir/out" || bad "scenarios: $(cat "$dir/out")"
for template in $(find law -path '*/papers/*.txt'); do
	name=$(basename "$template" .txt)
	if [ -s "$dir/$name.pdf" ]; then good; else bad "no scenario makes the paper of $template"; fi
done

# What is not archival must be told from what is: the same paper with another output intent.
any=$(ls "$dir"/*.pdf | head -n 1)
sed 's/GTS_PDFA1/GTS_PDFX1/' "$any" >"$dir/spoilt.pdf"
ls "$dir"/*.pdf >"$dir/list"
java -cp "$jars" org.apache.pdfbox.preflight.Validator_A1b xml group "$dir/list" >"$dir/java" 2>&1 || true
sed -n 's/.*preflight name="\([^"]*\)".*/\1/p; s/.*<isValid type="PDF.A1-b">\([a-z]*\)<.*/\1/p' "$dir/list.preflight.xml" |
	paste - - >"$dir/told"
while read -r name valid; do
	case $name,$valid in
	spoilt.pdf,false | spoilt.pdf,true) [ "$valid" = false ] && good || bad 'a file without output intent passed' ;;
	*,true) good ;;
	*) bad "$name is no PDF/A-1b file: $(grep -A 12 "name=\"$name\"" "$dir/list.preflight.xml" | grep details | head -n 3)" ;;
	esac
done <"$dir/told"
[ "$(wc -l <"$dir/told")" -eq "$(wc -l <"$dir/list")" ] && good || bad "not every file was judged: $(head -c 500 "$dir/java")"

# What stands in a template as its title can be read in the drawn paper, as text.
for template in $(find law -path '*/papers/*.txt'); do
	name=$(basename "$template" .txt)
	[ -s "$dir/$name.pdf" ] || continue # told above
	read=$(pdftotext "$dir/$name.pdf" - | tr -d '[:space:]')
	for title in $(sed -n 's/^# \([^{]*\)$/\1/p' "$template" | tr -d ' '); do
		case $read in
		*"$title"*) good ;;
		*) bad "pdftotext does not read “$title” in $name.pdf" ;;
		esac
	done
done

# A4 is what an office prints on (LY1.09-11b).
for pdf in "$dir"/*.pdf; do
	case $(pdfinfo "$pdf" | sed -n 's/^Page size: *//p') in
	*'(A4)') good ;;
	*) bad "$pdf is not A4" ;;
	esac
done
node tests/law/lib-ofd.js "$dir" >"$dir/ofd" 2>&1 || bad "OFD: $(tail -n 5 "$dir/ofd")"
right=$(tail -n 1 "$dir/ofd")
if [ "$right" = "$(ls "$dir"/*.ofd | wc -l)" ] && [ "$right" -gt 0 ]; then passed=$((passed + right)); else bad "OFD: $(head -n 10 "$dir/ofd")"; fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
