# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# scripts/try in the virtual machine. A board that is plugged in here, or --device, is handed in as a USB serial port.
mc_guest_parts "$mc_top/tests/machine/guest/init"
trap mc_vm_clean EXIT
trap 'exit 130' INT TERM
mc_vm_prepare "$build" || die "could not lay out the guest's tree"
cp "$mc_top/scripts/lib/demo.sh" "$mc_vm_work/stage/usr/lib/microcat-test/guest/" || exit 1
if [ $keep = yes ] && ! [ -t 0 ]; then
    warn "--keep gives a shell in the guest, and standard input is no terminal: not kept"
    keep=no
fi
(
    umask 077
    printf '%s\n' "$apn" "$user" "$password" "$keep" "$([ -n "$device" ] && echo board || echo simulated)" >"$mc_vm_work/share/try"
)
board=()
[ -z "$device" ] || board=(-chardev "serial,id=board,path=$device" -device qemu-xhci -device "usb-serial,chardev=board")
say "booting the guest (emulated, without KVM: some 10 s)"
if [ $keep = yes ]; then
    # The terminal becomes the guest's once the link is up.
    (mc_vm_boot 86400 "${board[@]}")
else
    (mc_vm_boot 300 "${board[@]}" </dev/null)
fi
mkdir -p "$mc_top/.cache/machine"
cp -f "$mc_vm_work/console.log" "$mc_vm_work/share/journal.log" "$mc_top/.cache/machine/" 2>/dev/null
result=$(cat "$mc_vm_work/share/result" 2>/dev/null)
[ -n "$result" ] || { tail -n 15 "$mc_vm_work/console.log"; die "the guest ended before the demonstration did"; }
say "done"
exit "$result"
