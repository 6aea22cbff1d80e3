#!/bin/bash
# SPDX-License-Identifier: MIT
# before.sh DEB OUT: the same package as a version before it, of when the daemon was root and did itself what the helper does now.
set -eu
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d /var/tmp/microcat-before.XXXXXX)
trap 'rm -rf "$work"' EXIT
dpkg-deb -R "$1" "$work/before"
sed -i 's/^Version: .*/&~root/' "$work/before/DEBIAN/control"
units=$(dirname "$(find "$work/before" -name microcatd.service)")
cp "$here/as-root.service" "$units/microcatd.service"
rm -r "$units"/microcat-helper@.{service,socket} "$(find "$work/before" -name microcat-helper -type f)"
(cd "$work/before" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb -b "$work/before" "$2" >/dev/null
