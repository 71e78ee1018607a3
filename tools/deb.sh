#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# Makes a Debian package of the built program: sh tools/deb.sh BUILD VERSION. The folder is made anew each time; the
# packages that it depends on are those whose libraries the program is linked with.
set -eu
build=$1 version=$2
arch=$(dpkg --print-architecture)
root=$build/deb/mingfa_${version}_$arch
rm -rf "$build/deb"
mkdir -p "$root/DEBIAN" "$root/usr/bin" "$root/lib/systemd/system" "$root/etc/mingfa" "$root/usr/share/doc/mingfa/examples" \
	"$root/usr/share/doc/mingfa/manual"
install -m 755 "$build/mingfa" "$build/mingfa-witness" "$build/mingfa-media" "$root/usr/bin/"
strip --strip-unneeded "$root/usr/bin/mingfa" "$root/usr/bin/mingfa-witness" "$root/usr/bin/mingfa-media"
install -m 644 packaging/mingfa.service "$root/lib/systemd/system/"
install -m 644 packaging/serve.env "$root/etc/mingfa/"
install -m 644 packaging/Caddyfile packaging/nginx.conf "$root/usr/share/doc/mingfa/examples/"
install -m 644 LICENSE "$root/usr/share/doc/mingfa/copyright"
install -m 644 README.md README.en.md "$root/usr/share/doc/mingfa/"
install -m 644 docs/manual/*.md "$root/usr/share/doc/mingfa/manual/"

# The package of each library, by its file; a merged /usr has them under two names. Of what reads films only its own: theirs
# bring what they need.
depends=$({ ldd "$build/mingfa"; ldd "$build/mingfa-media" | grep -E 'libav|libseccomp|libzbar'; } | awk '$3 ~ /^\// { print $3 }' | while read -r lib; do
	dpkg-query -S "$lib" 2>/dev/null || dpkg-query -S "/usr$lib" 2>/dev/null || dpkg-query -S "$(readlink -f "$lib")"
done | sed 's/:.*//' | sort -u | tr '\n' ',' | sed 's/,$//; s/,/, /g')

cat >"$root/DEBIAN/control" <<CONTROL
Package: mingfa
Version: $version
Architecture: $arch
Maintainer: Mingfa <mingfa@example.org>
Section: web
Priority: optional
Depends: $depends, fonts-noto-cjk, adduser
Recommends: caddy | nginx
Suggests: postgresql (>= 15)
Description: administrative law enforcement by the book (明法)
 Runs the administrative enforcement of a Chinese county, city or province:
 procedures are definitions that a legal officer can read, every step is
 checked against its article, timed, recorded and published.
CONTROL
echo /etc/mingfa/serve.env >"$root/DEBIAN/conffiles"

cat >"$root/DEBIAN/postinst" <<'POSTINST'
#!/bin/sh
set -e
if [ "$1" = configure ] && [ -z "${DPKG_ROOT:-}" ]; then
	getent passwd mingfa >/dev/null || adduser --system --group --home /var/lib/mingfa --no-create-home mingfa
	install -d -o mingfa -g mingfa -m 700 /var/lib/mingfa
	if [ -d /run/systemd/system ]; then
		systemctl daemon-reload
		systemctl try-restart mingfa.service || true
	fi
	[ -e /var/lib/mingfa/pack ] || echo '下一步：runuser -u mingfa -- mingfa init /var/lib/mingfa --pack 定义包，再 systemctl enable --now mingfa'
fi
POSTINST
cat >"$root/DEBIAN/prerm" <<'PRERM'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ] && [ -z "${DPKG_ROOT:-}" ]; then
	systemctl disable --now mingfa.service || true
fi
PRERM
chmod 755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
dpkg-deb --root-owner-group --build "$root" "$build/deb/mingfa_${version}_$arch.deb" >/dev/null
echo "$build/deb/mingfa_${version}_$arch.deb"
