# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The one list of Debian packages, and how they get here. Source after common.sh.

# To build and to run.
mc_packages_build=(gcc libc6-dev meson ninja-build pkg-config libevent-dev libserialport-dev libsystemd-dev libudev-dev libjansson-dev
    libinih-dev libmnl-dev libexpat1-dev ppp ppp-dev systemd)
# To test: the second compiler, the test library, the formatter, the linters; the shells that we complete for.
mc_packages_test=(dpkg-dev clang clang-format libclang-rt-dev libcmocka-dev shellcheck iproute2 iputils-ping procps dbus python3 git zsh fish)
# A Varlink tool that is not ours, held against the interface's definition and the socket.
mc_packages_test+=(varlink-go golang-github-varlink-go-dev golang-go)
# For the interpreter that runs the bridge. A Node.js of another source brings its npm along, and Debian's would conflict with it.
command -v node >/dev/null || mc_packages_test+=(nodejs)
command -v npm >/dev/null || mc_packages_test+=(npm)
# To run a guest: the emulator, and what makes its initramfs. (kmod for depmod; iputils-ping for the scenarios, whose root is ours.)
mc_packages_machine=(qemu-system-x86 busybox-static cpio kmod iproute2 iputils-ping procps dbus systemd systemd-sysv psmisc)
# To make the Debian packages.
mc_packages_package=(dpkg-dev debhelper lintian libcmocka-dev)
# To cross-build them: here only what makes the root in which that happens, with the rest (and the libraries of the target's
# architecture, which would collide with the host's).
mc_packages_cross=(mmdebstrap)
mc_packages_cross_root=(build-essential debhelper meson ninja-build ppp-dev qemu-user-static)
# Only in the guest: unpacked into a tree that the guest overlays, never installed here. Their missing dependencies come along.
mc_packages_guest=(udev systemd-resolved dbus kmod modemmanager network-manager radvd ifupdown)
# Only in the guest, and installed there by the scenario that wants them: they exclude each other.
mc_packages_guest_debs=(resolvconf openresolv)

mc_missing()
{
    local name
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s\n' "$name"
    done
}

# mc_apt_refresh: the package lists, at most once a run. A third-party source that fails is not ours to mend.
mc_apt_refresh()
{
    [ -z "${mc_apt_fresh:-}" ] || return 0
    say "reading Debian's package lists"
    apt-get update -q </dev/null >"$MICROCAT_CACHE/apt-update.log" 2>&1 || tail -n 3 "$MICROCAT_CACHE/apt-update.log" >&2
    mc_apt_fresh=yes
}

# mc_install PACKAGE...: installs those that are missing, with apt's own progress lines.
mc_install()
{
    local missing
    mapfile -t missing < <(mc_missing "$@" | sort -u)
    [ "${#missing[@]}" -gt 0 ] || return 0
    need_root "installing ${missing[*]}"
    mc_apt_refresh
    say "installing ${#missing[@]} packages: ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}" \
        </dev/null 2>&1 | awk '/^(Get:|Setting up|E:|W:|Need to get)/ { print "    " $0; fflush() }'
    [ "${PIPESTATUS[0]}" = 0 ] || die "apt-get could not install: ${missing[*]}"
}
