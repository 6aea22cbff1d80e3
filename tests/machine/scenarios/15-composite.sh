# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034
# a board with two ttys, the REPL's and the modem's: the right one is taken, the other left alone
# limit: 600 s

need "the board is made" make_board
need "with a second function behind the first" make_composite
board_inner=$(inner_tty usb1)
need "the simulated modem runs on the second" start_sim
# f_acm gives all its interfaces one name, so a number has to tell them apart. (The choice by name: tests/io.)
write_conf '[Modem]' UsbInterface=2
need "the service starts" start_daemon
plug
need "online" in_state online 60
# The REPL stands first.
interface_of()
{
    cat "$(readlink -f "/sys/class/tty/${1##*/}/device")/bInterfaceNumber"
}
is "over the second tty" "$(interface_of "$(status_of device.path)")" 02
check "a ping goes through the link" ping -c 1 -W 5 -I ppp0 100.127.0.53
first=$(for tty in /sys/class/tty/ttyACM*; do [ "$(interface_of "$tty")" != 00 ] || echo "/dev/${tty##*/}"; done)
check "the first tty is there" test -c "$first"
is "and nobody has opened it" "$(fuser "$first" 2>/dev/null)" ""

check "another interface, that the board has not" write_conf '[Modem]' UsbInterface=7
check "with the next start" systemctl restart microcatd.service
check "leads to no device" in_state absent 30
check "and the status says what was looked for" bash -c 'microcatctl status | grep -q "UsbInterface=7"'

# What dsr_watch.c sleeps in: cdc_acm wakes whoever waits for DSR, as soon as the board's SERIAL_STATE says so (f_acm does when its inner
# side is opened).
stop_daemon
python3 -I -c '
import fcntl, os, sys, termios
fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
print("waiting", flush=True)
fcntl.ioctl(fd, 0x545c, termios.TIOCM_DSR)  # TIOCMIWAIT
lines = int.from_bytes(fcntl.ioctl(fd, termios.TIOCMGET, bytes(4)), sys.byteorder)
print("moved to", int(lines & termios.TIOCM_DSR != 0), flush=True)' "$first" >$run/dsr 2>&1 &
echo $! >$run/dsr.pid
check "somebody waits for DSR" until_ok 30000 grep -q waiting $run/dsr
is "and goes on waiting while it does not move" "$(tail -n 1 $run/dsr)" waiting
exec 5<>"$(inner_tty usb0)"
check "and is told when it does" until_ok 30000 grep -q 'moved to 1' $run/dsr
exec 5>&-
