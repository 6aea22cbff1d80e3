#!/bin/bash
# SPDX-License-Identifier: MIT
# life.sh DEB: a package's life with the real dpkg: installed, upgraded beside a changed conffile, removed, purged. Runs as root in a
# mount namespace, on an overlay over this machine's root: nothing of it stays.
set -u
deb=$(readlink -f "$1")
if [ -z "${MC_LIFE_INSIDE:-}" ]; then
    work=$(mktemp -d /var/tmp/microcat-life.XXXXXX) || exit 1
    trap 'rm -rf "$work"' EXIT
    "$(dirname "$0")/next.sh" "$deb" "$work/next.deb" || exit 1
    cp "$deb" "$work/this.deb"
    # The namespace, and every mount in it, is gone before the directory is removed.
    MC_LIFE_INSIDE=$work unshare -m --propagation private "$0" "$1"
    exit
fi

work=$MC_LIFE_INSIDE root=$MC_LIFE_INSIDE/root n=0 failed=0
mkdir -p "$root" "$work/top"
mount -t tmpfs tmpfs "$work/top" && mkdir "$work/top/up" "$work/top/work" &&
    mount -t overlay overlay -o "lowerdir=/,upperdir=$work/top/up,workdir=$work/top/work" "$root" &&
    mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/run" && mount --bind /dev "$root/dev" || { echo "Bail out! no overlay"; exit 1; }
cp "$work/this.deb" "$work/next.deb" "$root/run/"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
# What this machine has by hand would hide what the package brings.
rm -rf "$root/etc/microcatd" "$root/usr/sbin/microcatd" "$root/usr/bin/microcatctl"
# The index of every man page there is, four times over, is not ours to wait for.
rm -f "$root/var/lib/man-db/auto-update"

inside() { DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }
check()
{
    n=$((n + 1))
    if "${@:2}" >"$work/top/log" 2>&1; then echo "ok $n - $1"; else
        echo "not ok $n - $1"; sed 's/^/# /' "$work/top/log"; failed=1; fi
}
conf=$root/etc/microcatd/microcatd.conf
absent() { for f in "$@"; do [ ! -e "$f" ] || { echo "$f is there"; return 1; }; done; }
put_in() { inside dpkg --force-depends -i "/run/$1"; } # of the libraries apt takes care; here the package is looked at
upgrade() { inside dpkg --force-depends --force-confdef --force-confold -i /run/next.deb; }
same_mode() { [ "$(stat -c %a "$1")" = "$2" ] || { stat "$1"; return 1; }; }

check "it is installed" put_in this.deb
check "its daemon says its version" inside microcatd --version
check "the configuration is root's alone" same_mode "$conf" 600
check "the group is there" grep -q '^microcat:' "$root/etc/group"
check "and the daemon's user" grep -q '^microcatd:' "$root/etc/passwd"
check "the configuration is right but for the APN" sh -c "! chroot '$root' microcatd --check-config >'$root/run/out' 2>&1; grep -qi apn '$root/run/out'"
sed -i 's/^#\?APN=.*/APN=kept.example/' "$conf"
grep -q '^APN=kept' "$conf" || printf '[PDP]\nAPN=kept.example\n' >>"$conf"
mkdir -p "$root/var/lib/microcatd" "$root/var/lib/microcatd-key" && : >"$root/var/lib/microcatd/budgets"
check "with an APN it is right" inside microcatd --check-config
mkdir -p "$conf.d" && printf '[SIM]\nPIN=1234\n' >"$conf.d/pin.conf" && chmod 644 "$conf.d/pin.conf" "$conf"
check "a secret that others can read is refused" sh -c "! chroot '$root' microcatd --check-config >'$root/run/out' 2>&1; grep -q 'chmod 0600 /etc/microcatd/microcatd.conf.d/pin.conf' '$root/run/out'"
own=$root/opt/microcat.conf units=$root/etc/systemd/system/microcatd.service.d
mkdir -p "$units" "${own%/*}" && cp "$conf.d/pin.conf" "$own" && chmod 644 "$own"
printf '[Service]\nExecStart=\nExecStart=/usr/sbin/microcatd --config=/opt/microcat.conf\n' >"$units/own.conf"
check "upgraded beside a changed conffile" upgrade
check "which closed what others could read" same_mode "$conf.d/pin.conf" 600
check "also where a unit has a file of its own" same_mode "$own" 640
check "so that the daemon starts" inside microcatd --check-config
rm -r "$conf.d" "$own" "$units"
check "which stays as the person made it" grep -q '^APN=kept.example' "$conf"
check "and root's alone" same_mode "$conf" 600
check "what the next version has is put beside it" test -e "$conf.dpkg-dist"
check "removed" inside dpkg -r microcatd
check "programs and units are gone" absent "$root/usr/sbin/microcatd" "$root/lib/systemd/system/microcatd.service" "$root/lib/udev/rules.d/70-microcatd.rules"
check "configuration and memory stay" test -e "$conf" -a -e "$root/var/lib/microcatd/budgets"
check "purged" inside dpkg -P microcatd
check "nothing is left" absent "$conf" "$root/var/lib/microcatd" "$root/var/lib/microcatd-key" "$root/run/microcatd"
echo "1..$n"
exit $failed
