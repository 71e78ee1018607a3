#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# The page compiler: what it writes is escaped, and what cannot be escaped is refused.
. tests/tools/lib.sh

pages=tests/tools/pages
mkdir -p "$tmp/gen/pages"
"$BUILD/tools/tmplc" "$tmp/gen" $pages/good.html || bad "good.html does not compile"
# The library may be a sanitised one; its flags come with it.
$CC -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes -Werror \
	${SANITIZE:+-fsanitize=$SANITIZE} -Isrc -I"$tmp/gen" -I$pages -o "$tmp/good" \
	$pages/good.c "$tmp/gen/pages/good.c" "$BUILD/libmingfa.a" || bad "compiled page is not clean C"
"$tmp/good" '/case/1?a=1&b=2' >"$tmp/seen"
same "values are escaped by their place" $pages/good.expected "$tmp/seen"

for url in 'javascript:alert(1)' ' javascript:alert(1)' 'JavaScript:x' 'data:text/html,x' '//other.site/' '/\other.site' \
	"/$(printf '\t')/other.site" 'other.site/' '' 'vbscript:x'; do
	"$tmp/good" "$url" | grep -q '<a href="#">whole</a>' && ok || bad "address let through: $url"
done
for url in / '?page=2' '#part' ./x ../x /a/b 'https://a.cn/x' 'http://a.cn' mailto:a@b.cn; do
	"$tmp/good" "$url" | grep -qF "<a href=\"$url\">whole</a>" && ok || bad "address not let through: $url"
done

# A second run leaves unchanged files alone, so that nothing is compiled again.
touch -d '2020-01-01' "$tmp/gen/pages.h" "$tmp/gen/pages/good.c"
"$BUILD/tools/tmplc" "$tmp/gen" $pages/good.html
[ -z "$(find "$tmp/gen" -name '*.[ch]' -newermt '2021-01-01')" ] && ok || bad "unchanged output was written again"

# try NAME WORDS PAGE_TEXT
try() {
	printf '{%% page x(int n) %%}\n%b\n' "$3" >"$tmp/bad.html"
	refused "$1" "$2" "$BUILD/tools/tmplc" "$tmp/gen" "$tmp/bad.html"
}
try 'expression in script' 'element of code: script' '<script>let a = "{{ n }}";</script>'
try 'expression in style' 'element of code: style' '<style>p { width: {{ n }}px }</style>'
try 'expression in onclick' 'inside this attribute: onclick' '<p onclick="f({{ n }})">'
try 'expression in ONLOAD' 'inside this attribute: onload' '<p ONLOAD="f({{ n }})">'
try 'expression in a style attribute' 'inside this attribute: style' '<p style="width: {{ n }}px">'
try 'expression in srcdoc' 'inside this attribute: srcdoc' '<iframe srcdoc="{{ n }}"></iframe>'
try 'expression in hx-on' 'inside this attribute: hx-on:click' '<p hx-on:click="{{ n }}">'
try 'unquoted value' 'stands in quotes' '<p class={{ n }}>'
try 'unquoted value, later' 'stands in quotes' '<p class=a{{ n }}>'
try 'expression as attribute' 'only inside a quoted value' '<p {{ n }}>'
try 'expression in a tag name' 'only inside a quoted value' '<h{{ n }}>'
try 'end is missing' 'no end for this directive' '{% if n %}<p>'
try 'end without begin' 'end without an open' '{% end %}'
try 'else without if' 'else without an open if' '{% for i < n %}{% else %}{% end %}'
try 'branches differ' 'different places' '<p {% if n %}class="{% else %}id{% end %}">'
try 'branch leaves an attribute open' 'as it found it' '<p {% if n %}class="{% end %}x">'
try 'address begins in one branch only' 'as it found it' '<a href="{% if n %}/x/{% end %}{{ n }}">y</a>'
try 'unknown directive' 'unknown directive: while n' '{% while n %}'
try 'for without a count' 'expected {% for' '{% for i %}{% end %}'
try 'expression not closed' 'not closed, expected: }}' '{{ n '
try 'nothing inside' 'nothing inside' '{{ }}'
try 'page ends in a tag' 'ends inside a tag' '<p class="a'
try 'stray less-than' 'write &lt;' 'a < b'
try 'call inside a tag' 'called between elements' '<p {% call x(1) %}>'
printf '<p>no page</p>\n' >"$tmp/bad.html"
refused 'text before a page' 'text before {% page' "$BUILD/tools/tmplc" "$tmp/gen" "$tmp/bad.html"

# The message names file and line of the page, the compiler's too.
try 'line of the error' 'bad.html:4: unknown directive' '<p>\n</p>\n{% nonsense %}'
printf '{%% page x(bool b) %%}\n<p>\n{{ b }}</p>\n' >"$tmp/bool.html"
"$BUILD/tools/tmplc" "$tmp/gen" "$tmp/bool.html"
refused 'a bool is not text' 'bool.html:3' $CC -std=c17 -Isrc -I"$tmp/gen" -c -o "$tmp/bool.o" "$tmp/gen/pages/bool.c"
finish
