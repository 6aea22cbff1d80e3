# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Boots the guest. Source after common.sh, packages.sh and guest.sh.

mc_vm_memory_mb=1024

# mc_vm_prepare BUILD: makes $mc_vm_work with
#   stage/  the topmost layer of the guest's root: what is under test, as `meson install` lays it, and the guest's scripts
#   share/  seen by the guest as /share
mc_vm_prepare()
{
    local link build=$1
    mc_vm_work=$(mktemp -d /var/tmp/microcat-vm.XXXXXX) || return 1
    for link in bin sbin lib lib64; do
        mkdir -p "$mc_vm_work/stage/usr/$link" && ln -s "usr/$link" "$mc_vm_work/stage/$link" || return 1
    done
    mkdir -p "$mc_vm_work/share" "$mc_vm_work/stage/usr/lib/microcat-test/scripts" "$mc_vm_work/stage/usr/lib/systemd/system"
    if [ -f "$build/build.ninja" ]; then
        DESTDIR=$mc_vm_work/stage meson install -C "$build" --no-rebuild --quiet >"$mc_vm_work/install.log" 2>&1 ||
            { cat "$mc_vm_work/install.log" >&2; return 1; }
        [ ! -x "$build/tests/support/json-value" ] ||
            cp "$build/tests/support/json-value" "$mc_vm_work/stage/usr/lib/microcat-test/" || return 1
    fi
    cp -r "$mc_top/tests/machine/guest" "$mc_top/tests/machine/scenarios" "$mc_vm_work/stage/usr/lib/microcat-test/" &&
        cp -r "$mc_top/scripts/lib" "$mc_vm_work/stage/usr/lib/microcat-test/scripts/" &&
        cp "$mc_top"/tests/machine/guest/microcat-test.{target,service} "$mc_vm_work/stage/usr/lib/systemd/system/"
}

mc_vm_clean()
{
    [ -z "${mc_vm_work:-}" ] || rm -rf "$mc_vm_work"
}

# mc_vm_boot DEADLINE_S [QEMU-OPTION...]: becomes the guest, whose second serial port is this process's standard input and output.
# Plain emulation (TCG), so that it is the same with and without KVM. What a unit's SystemCallFilter= refuses, the kernel logs: the last
# word is for systemd's environment. What the emulated processor need not do, in shares of what a boot and scenario 05 take of the real one:
#   norandmaps        QEMU 7.2 finds translated code by its virtual address: at a new address in each process, all of a program's is
#                     translated anew (a third)
#   security=none     no profile of AppArmor's is loaded; its hooks were asked all the same (a tenth)
#   init_on_alloc=0   pages are cleared when they are given out, and not a second time
#   highres=off       dummy_hcd looks at its queues every 125 us while somebody has the board's tty open, which took half a processor from
#                     a guest that rested; by the tick (4 ms) it takes 3 s of 40
#   sata=off ...      nobody waits for disks, sensors and a keyboard that are not there
#   tb-size=256       translated code is found by a table that grows with it, and with the gigabyte that QEMU takes by itself every look
#                     misses the cache; with 128 MiB or less it is translated again and again
mc_vm_boot()
{
    local version deadline_s=$1
    # QEMU doubles a comma in a path.
    local fs="local,security_model=none,readonly=on,multidevs=remap" work=${mc_vm_work//,/,,}
    shift
    version=$(cat "$MICROCAT_CACHE/kernel.stamp")
    exec timeout --foreground -k 5 "$deadline_s" qemu-system-x86_64 -machine q35,sata=off,smbus=off,i8042=off -accel tcg,tb-size=256 -cpu Nehalem -smp 1 \
        -m $mc_vm_memory_mb -nodefaults -no-user-config -display none -no-reboot \
        -kernel "$mc_kernel_tree/boot/vmlinuz-$version" -initrd "$mc_initrd" \
        -append "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off highres=off norandmaps security=none init_on_alloc=0 systemd.unit=microcat-test.target systemd.show_status=no mc.layers=stage:guest:kernel SYSTEMD_LOG_SECCOMP=1" \
        -virtfs "$fs,path=/,mount_tag=hostroot" -virtfs "$fs,path=$work/stage,mount_tag=stage" \
        -virtfs "$fs,path=${mc_guest_tree//,/,,},mount_tag=guest" -virtfs "$fs,path=${mc_kernel_tree//,/,,},mount_tag=kernel" \
        -virtfs "local,path=$work/share,mount_tag=share,security_model=none" \
        -device virtio-rng-pci -serial "file:$mc_vm_work/console.log" -serial stdio "$@"
}
