# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the guest is made of: Debian's kernel and the guest-only packages, unpacked under $MICROCAT_CACHE, and an initramfs.
# Source after common.sh and packages.sh.
#
#   $MICROCAT_CACHE/kernel   the kernel package, unpacked, with its module index
#   $MICROCAT_CACHE/guest-N  the packages that only the guest has, unpacked; overlays the host's root. N stands for the list and
#                            the host's systemd: a guest that runs keeps the tree that it was booted with
#   $MICROCAT_CACHE/initrd   busybox and what it takes to mount the root

mc_kernel_tree=$MICROCAT_CACHE/kernel
mc_guest_key="${mc_packages_guest[*]} ${mc_packages_guest_debs[*]} on $(dpkg-query -W -f '${Version}' systemd 2>/dev/null)"
mc_guest_tree=$MICROCAT_CACHE/guest-$(cksum <<<"$mc_guest_key" | cut -d ' ' -f 1)
mc_initrd=$MICROCAT_CACHE/initrd

# The order in which the initramfs loads them.
mc_initrd_modules=(virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci netfs fscache 9pnet 9pnet_virtio 9p overlay)

# mc_unpack DEB TREE: as dpkg would lay it, but run nothing. On a merged /usr, "lib" is a link and must stay one.
mc_unpack()
{
    local link
    for link in bin sbin lib lib64; do
        [ -e "$2/$link" ] || { mkdir -p "$2/usr/$link" && ln -s "usr/$link" "$2/$link"; } || return 1
    done
    dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"
}

mc_kernel_package()
{
    apt-cache depends linux-image-amd64 2>/dev/null | awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }'
}

# mc_fresh STAMP KEY: is what STAMP stands for made from KEY?
mc_fresh()
{
    [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

mc_make_kernel()
{
    local stamp=$MICROCAT_CACHE/kernel.stamp package version
    # A kernel that is there stays: a newer one in the archive is no reason to download again.
    [ -f "$stamp" ] && [ -f "$mc_kernel_tree/boot/vmlinuz-$(cat "$stamp")" ] && return 0
    mc_apt_refresh
    package=$(mc_kernel_package)
    [ -n "$package" ] || die "apt knows no linux-image-amd64: are Debian's package sources configured?"
    say "downloading $package (unpacked only, never installed)"
    rm -rf "$mc_kernel_tree" "$MICROCAT_CACHE/debs-kernel"
    mkdir -p "$mc_kernel_tree" "$MICROCAT_CACHE/debs-kernel"
    (cd "$MICROCAT_CACHE/debs-kernel" && apt-get download -q -o APT::Sandbox::User=root "$package" </dev/null >download.log 2>&1) ||
        { tail -n 3 "$MICROCAT_CACHE/debs-kernel/download.log" >&2; die "could not download $package"; }
    mc_unpack "$MICROCAT_CACHE"/debs-kernel/*.deb "$mc_kernel_tree" || die "could not unpack $package"
    version=${package#linux-image-}
    depmod -b "$mc_kernel_tree" "$version" || die "depmod failed"
    rm -rf "$MICROCAT_CACHE/debs-kernel"
    printf '%s' "$version" >"$stamp"
}

# The packages' missing dependencies, as apt finds them for this very host, downloaded and unpacked.
mc_make_guest()
{
    local stamp=$mc_guest_tree.stamp debs=$MICROCAT_CACHE/debs-guest deb
    mc_fresh "$stamp" "$mc_guest_key" && return 0
    say "downloading what only the guest needs: ${mc_packages_guest[*]}"
    rm -rf "$mc_guest_tree" "$debs"
    mkdir -p "$debs/partial" "$mc_guest_tree"
    mc_apt_refresh
    apt-get install -y -q --download-only --no-install-recommends -o APT::Sandbox::User=root -o Dir::Cache::archives="$debs" \
        "${mc_packages_guest[@]}" </dev/null >"$debs/download.log" 2>&1 ||
        { tail -n 5 "$debs/download.log" >&2; die "could not download the guest's packages"; }
    for deb in "$debs"/*.deb; do
        [ -e "$deb" ] || continue
        mc_unpack "$deb" "$mc_guest_tree" || die "could not unpack $deb"
    done
    rm -rf "$debs"
    mkdir -p "$mc_guest_tree/usr/lib/microcat-debs"
    (cd "$mc_guest_tree/usr/lib/microcat-debs" && apt-get download -q -o APT::Sandbox::User=root "${mc_packages_guest_debs[@]}" </dev/null >download.log 2>&1) ||
        { tail -n 3 "$mc_guest_tree/usr/lib/microcat-debs/download.log" >&2; die "could not download ${mc_packages_guest_debs[*]}"; }
    printf '%s' "$mc_guest_key" >"$stamp"
}

# mc_make_initrd INIT: busybox, the modules, and INIT as /init.
mc_make_initrd()
{
    local version root=$MICROCAT_CACHE/initrd.d name file
    version=$(cat "$MICROCAT_CACHE/kernel.stamp")
    mc_fresh "$MICROCAT_CACHE/initrd.stamp" "$version $(cksum <"$1")" && [ -f "$mc_initrd" ] && return 0
    rm -rf "$root"
    mkdir -p "$root"/{bin,dev,proc,sys,modules,host,root,run}
    cp /bin/busybox "$root/bin/busybox" && ln -s busybox "$root/bin/sh"
    for name in "${mc_initrd_modules[@]}"; do
        file=$(find "$mc_kernel_tree/lib/modules/$version/kernel" -name "$name.ko*" | head -n 1)
        # What a later kernel has built in needs no module.
        [ -n "$file" ] || continue
        cp "$file" "$root/modules/" && printf '%s\n' "${file##*/}" >>"$root/modules/order"
    done
    install -m 755 "$1" "$root/init"
    (cd "$root" && find . | cpio -o -H newc --quiet) >"$mc_initrd" || die "could not make the initramfs"
    rm -rf "$root"
    printf '%s' "$version $(cksum <"$1")" >"$MICROCAT_CACHE/initrd.stamp"
}

# mc_guest_parts INIT: everything that a boot needs, made once a machine.
mc_guest_parts()
{
    exec 8>"$MICROCAT_CACHE/lock"
    flock -n 8 || { say "waiting for another run that prepares the guest"; flock 8; }
    mc_make_kernel
    mc_make_guest
    mc_make_initrd "$1"
    exec 8>&-
}
