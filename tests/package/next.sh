#!/bin/bash
# SPDX-License-Identifier: MIT
# next.sh DEB OUT: the same package with a higher version and another conffile, as an upgrade has them.
set -eu
work=$(mktemp -d /var/tmp/microcat-next.XXXXXX)
trap 'rm -rf "$work"' EXIT
dpkg-deb -R "$1" "$work/next"
sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
echo "# a new comment of the next version" >>"$work/next/etc/microcatd/microcatd.conf"
(cd "$work/next" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | xargs -0 md5sum >DEBIAN/md5sums)
dpkg-deb -b "$work/next" "$2" >/dev/null
