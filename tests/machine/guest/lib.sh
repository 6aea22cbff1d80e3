# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What scenarios are written in. Every helper that waits has a limit, and waits for the event itself where there is one.
set -u
run=/run/microcat-test
mkdir -p $run

# ---- TAP -------------------------------------------------------------------------------------------------------------

# ok STATUS TEXT: one case.
ok()
{
    local number word=ok
    number=$(($(cat $run/cases) + 1))
    echo $number >$run/cases
    [ "$1" = 0 ] || word="not ok"
    printf '%s %d - %s: %s\n' "$word" $number "$scenario" "$2"
    [ "$1" = 0 ] || evidence
    return 0
}

# check TEXT COMMAND...: a case that passes when COMMAND does. What it prints is shown when it does not.
check()
{
    local text=$1 status
    shift
    "$@" >$run/output 2>&1
    status=$?
    [ $status = 0 ] || { printf '# %s\n' "failed: $*"; sed 's/^/#   /' $run/output; }
    ok $status "$text"
    return $status
}

is()
{
    [ "$2" = "$3" ] || printf '# read "%s" instead of "%s"\n' "$2" "$3"
    [ "$2" = "$3" ]
    ok $? "$1"
}

note()
{
    printf '# %s\n' "$*"
}

# The last words of the daemon, the simulator and the kernel, after a case that failed.
evidence()
{
    journalctl -q -n 12 -o short-monotonic --no-hostname 2>/dev/null | sed 's/^/#   journal: /'
    [ -f $run/sim.log ] && tail -n 8 $run/sim.log | sed 's/^/#   sim: /'
}

# now: ms since boot, the clock that the daemon uses too.
now()
{
    local seconds rest
    read -r seconds rest </proc/uptime
    printf '%d' $((10#${seconds/./} * 10))
}

# until LIMIT_MS COMMAND...: asks again every 50 ms, for the few things that announce themselves to nobody.
until_ok()
{
    local limit=$(($(now) + $1))
    shift
    while ! "$@" >/dev/null 2>&1; do
        [ "$(now)" -lt $limit ] || return 1
        read -r -t 0.05 <> <(:)
    done
    return 0
}

# ---- the board -------------------------------------------------------------------------------------------------------

gadget=/sys/kernel/config/usb_gadget/microcat
board_serial=E66123

# make_board: a USB gadget that looks like a MicroCat.1 with its stock firmware; not plugged in yet. The simulated modem gets /dev/ttyGS0.
make_board()
{
    [ -d $gadget ] && return 0
    modprobe -a dummy_hcd libcomposite usb_f_acm || return 1
    mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config || return 1
    mkdir -p $gadget/strings/0x409 $gadget/configs/c.1/strings/0x409 $gadget/functions/acm.usb0 || return 1
    echo 0x388b >$gadget/idVendor
    echo 0xca71 >$gadget/idProduct
    echo MechaTracks >$gadget/strings/0x409/manufacturer
    echo MicroCat.1 >$gadget/strings/0x409/product
    echo $board_serial >$gadget/strings/0x409/serialnumber
    echo 'CDC ACM' >$gadget/configs/c.1/strings/0x409/configuration
    ln -s $gadget/functions/acm.usb0 $gadget/configs/c.1/ || return 1
    udevadm settle --timeout=10
    [ -c /dev/ttyGS0 ]
}

plugged()
{
    [ -n "$(cat $gadget/UDC 2>/dev/null)" ]
}

plug()
{
    plugged || echo dummy_udc.0 >$gadget/UDC
}

unplug()
{
    ! plugged || echo >$gadget/UDC
}

# board_tty: the tty that the board shows, whichever number it got.
board_tty()
{
    local path
    for path in /sys/bus/usb/drivers/cdc_acm/*/tty/ttyACM*; do
        [ -e "$path" ] && printf '/dev/%s\n' "${path##*/}" && return 0
    done
    return 1
}

clean_up()
{
    local pid
    systemctl stop 'microcatd.service' 'microcatd@*.service' NetworkManager.service ModemManager.service 2>/dev/null
    systemctl reset-failed 2>/dev/null
    unplug 2>/dev/null
    for pid in $run/*.pid; do
        [ -f "$pid" ] && kill "$(cat "$pid")" 2>/dev/null
        rm -f "$pid"
    done
    pkill -x pppd
    ip netns del isp 2>/dev/null
    return 0
}
