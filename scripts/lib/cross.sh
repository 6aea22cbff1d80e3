# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Debian packages for another architecture, cross-built. Source after common.sh and packages.sh.
#
#   $MICROCAT_CACHE/cross-ARCH-N  this machine's Debian with the cross compiler and the libraries of ARCH; N stands for the lists. It
#                                 is only ever the lower layer of an overlay: a build leaves nothing in it.
#
# Nothing is added to the host: its dpkg would keep every library at the version that both architectures have, for good. Whatever is
# mounted is so in a mount namespace that ends with its command: no tree that is removed here has a mount in it.

# mc_cross_sources CODENAME: the release itself, without its updates, at this machine's mirror. Nothing of the root is shipped, and what
# is linked against the release's own libraries can be installed with either.
mc_cross_sources()
{
    # shellcheck disable=SC2016 # apt's own placeholders
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
        awk -v release="$1" '$3 == release && $4 == "main"' | sort -u
}

# mc_cross_packages ARCH: what is of the target is the libraries, by their names, and what finds them.
mc_cross_packages()
{
    local name
    printf '%s\n' "crossbuild-essential-$1" "${mc_packages_cross_root[@]}"
    for name in "${mc_packages_build[@]}" libcmocka-dev; do
        case $name in pkg-config | lib*-dev) printf '%s\n' "$name:$1" ;; esac
    done
}

# mc_remove_tree TREE: but never through a mount.
mc_remove_tree()
{
    [ -d "$1" ] || return 0
    ! findmnt -rn -o TARGET | grep -qF "$(readlink -f "$1")" || die "something is mounted in $1: unmount it first"
    rm -rf "$1"
}

# mc_cross_root ARCH: makes the root once a machine, and says in $mc_cross_tree where it is.
mc_cross_root()
{
    local codename packages sources
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    packages=$(mc_cross_packages "$1" | paste -s -d ,)
    mc_cross_tree=$MICROCAT_CACHE/cross-$1-$(cksum <<<"$packages $codename" | cut -d ' ' -f 1)
    exec 7>"$MICROCAT_CACHE/lock-cross-$1"
    flock -n 7 || { say "waiting for another run that prepares the root for $1"; flock 7; }
    if [ ! -f "$mc_cross_tree.stamp" ]; then
        mc_apt_refresh
        sources=$(mc_cross_sources "$codename")
        [ -n "$sources" ] || die "apt knows no package lists of Debian: are its package sources configured?"
        say "making a root with the cross compiler for $1"
        mc_remove_tree "$mc_cross_tree"
        unshare -m --propagation private mmdebstrap --mode=root --variant=apt --format=directory \
            --architectures="$(dpkg --print-architecture),$1" --include="$packages" "$codename" "$mc_cross_tree" - \
            <<<"$sources" >"$mc_cross_tree.log" 2>&1 7>&- || { tail -n 20 "$mc_cross_tree.log" >&2; die "could not make the root for $1"; }
        touch "$mc_cross_tree.stamp"
    fi
    exec 7>&-
}

# mc_cross_in WORK COMMAND...: in the root, with what it writes in memory, and WORK as /build.
mc_cross_in()
{
    local work=$1
    shift
    mkdir -p "$work/root" "$work/memory" || return 1
    # shellcheck disable=SC2016 # for the shell inside
    unshare -m --propagation private bash -c '
        work=$1 tree=$2
        shift 2
        mount -t tmpfs tmpfs "$work/memory" && mkdir "$work/memory/up" "$work/memory/work" &&
            mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/memory/up,workdir=$work/memory/work" "$work/root" &&
            mkdir -p "$work/root/build" && mount --bind "$work" "$work/root/build" &&
            mount -t proc proc "$work/root/proc" && mount --bind /dev "$work/root/dev" || exit 1
        exec chroot "$work/root" env -C /build/microcatd "$@"' bash "$work" "$mc_cross_tree" "$@"
}

# mc_cross_build ARCH WORK: of the tree WORK/microcatd, with the tests that debian/rules has for it; the packages are in WORK. Last,
# the packages' programs must find their libraries.
mc_cross_build()
{
    # shellcheck disable=SC2016 # for the shell inside
    mc_cross_in "$2" sh -exc '
        nice -n 5 dpkg-buildpackage -us -uc -b -a"$1"
        for package in microcatd microcat-sim; do dpkg-deb -x ../"$package"_*_"$1".deb /tmp/package; done
        qemu=qemu-$(dpkg-architecture -a"$1" -q DEB_HOST_GNU_CPU)-static
        for program in sbin/microcatd bin/microcatctl bin/microcat-sim; do "$qemu" "/tmp/package/usr/$program" --version; done' sh "$1"
}
