#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# The Debian package: built from the program under test, installed into a folder of its own, and its program serves there.
. tests/tools/lib.sh
: "${MINGFA:=$BUILD/mingfa}"
[ -x "$MINGFA" ] || { echo "no program at $MINGFA"; exit 1; }

mkdir -p "$tmp/build"
cp "$MINGFA" "${MINGFA%/*}/mingfa-witness" "${MINGFA%/*}/mingfa-media" "$tmp/build/"
deb=$(sh tools/deb.sh "$tmp/build" 0.0.1 2>"$tmp/err") && ok || { bad "make deb: $(cat "$tmp/err")"; finish; exit 1; }
dpkg-deb --info "$deb" >"$tmp/info"
for word in 'libmicrohttpd12' 'libpq5' 'libsqlite3-0' 'libcurl4' 'libavformat' 'libseccomp2' 'fonts-noto-cjk'; do
	if grep -q "Depends:.*$word" "$tmp/info"; then ok; else bad "the package does not depend on $word"; fi
done
if dpkg-deb --ctrl-tarfile "$deb" | tar -xO ./conffiles | grep -qx /etc/mingfa/serve.env; then ok; else bad 'the options are no conffile'; fi

# Into a folder: dpkg's own database there, so that nothing of this machine changes.
mkdir -p "$tmp/root/var/lib/dpkg/info" "$tmp/root/var/lib/dpkg/updates"
: >"$tmp/root/var/lib/dpkg/status"
if dpkg --root="$tmp/root" --force-depends --force-not-root --force-script-chrootless --install "$deb" >"$tmp/dpkg" 2>&1; then
	ok
else
	bad "dpkg: $(tail -n 5 "$tmp/dpkg")"
fi
for f in usr/bin/mingfa usr/bin/mingfa-witness usr/bin/mingfa-media lib/systemd/system/mingfa.service etc/mingfa/serve.env usr/share/doc/mingfa/examples/nginx.conf \
	usr/share/doc/mingfa/copyright; do
	if [ -s "$tmp/root/$f" ]; then ok; else bad "the package lacks $f"; fi
done

program=$tmp/root/usr/bin/mingfa
if "$program" workday 2026-02-13 7 | grep -qx 2026-03-02; then ok; else bad 'the installed program does not count'; fi
if "$program" init "$tmp/data" --pack shanxi/linyi >"$tmp/init" 2>&1; then ok; else bad "init: $(cat "$tmp/init")"; fi
"$program" serve "$tmp/data" --listen 127.0.0.1:0 --public 127.0.0.1:0 >"$tmp/serve" 2>&1 &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	grep -q 'Ctrl+C' "$tmp/serve" && break
	sleep 0.5
done
port=$(sed -n 's/.*办案一侧：http:\/\/127\.0\.0\.1:\([0-9]*\)\/.*/\1/p' "$tmp/serve")
if [ -n "$port" ] && curl -sf "http://127.0.0.1:$port/readyz" >/dev/null; then ok; else bad "the installed program does not serve: $(cat "$tmp/serve")"; fi
kill -TERM $pid
if wait $pid; then ok; else bad "its end: $?"; fi

# The unit's options are those that the program knows.
options=$(sed -n 's/^MINGFA_OPTIONS="\(.*\)"$/\1/p' packaging/serve.env)
for word in $options; do
	case $word in --*) if "$program" serve 2>&1 | grep -q -- "$word"; then ok; else bad "serve does not know $word"; fi ;; esac
done
if command -v systemd-analyze >/dev/null; then
	sed "s#/usr/bin/mingfa#$program#; s#^Documentation=.*##" packaging/mingfa.service >"$tmp/mingfa.service"
	if systemd-analyze verify "$tmp/mingfa.service" >"$tmp/unit" 2>&1 || ! grep -q 'mingfa.service' "$tmp/unit"; then ok; else bad "the unit: $(cat "$tmp/unit")"; fi
else
	echo 'SKIPPED the unit is not verified: no systemd-analyze'
fi
finish
