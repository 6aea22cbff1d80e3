#!/bin/bash
# SPDX-License-Identifier: MIT
# One home a foreign header: what a library looks like is known in one place, so that replacing it is one file's work.
. "$(dirname "$0")/lib.sh"

# headers (a pattern) | files or folders that may include them | what it is
homes='
event2/[a-z_]*\.h|event\.h	src/io/loop.c	libevent
libserialport\.h	src/io/serial.c	libserialport
libudev\.h	src/io/device.c	libudev
jansson\.h	src/ctl/ src/cli/ include/microcat/ctl/ include/microcat/cli/ tests/	jansson
expat\.h	src/cli/providers.c tests/	expat
ini\.h	src/daemon/config_file.c	inih
libmnl/[a-z_]*\.h	src/host/route	libmnl
systemd/sd-bus\.h	src/ppp/dns_bus.c tests/ppp/test_dns.c	sd-bus
systemd/sd-daemon\.h	src/daemon/notify.c src/helper/main.c	sd-daemon
systemd/sd-journal\.h	src/daemon/journal.c	sd-journal
systemd/sd-id128\.h	src/daemon/pin_key.c tests/daemon/test_pin_key.c	sd-id128
pppd/[a-z0-9_-]*\.h	src/pppd-plugin/	the headers of pppd
linux/rtnetlink\.h|linux/if_link\.h	src/host/route tests/	rtnetlink
'
while IFS=$'\t' read -r headers places what; do
    [ -n "$headers" ] || continue
    grep -nE "#[ \t]*include[ \t]*[<\"]($headers)[>\"]" -r src include tests --include='*.[ch]' | while IFS= read -r found; do
        for place in $places; do
            case $found in "$place"*) continue 2 ;; esac
        done
        printf '%s (its home: %s)\n' "$found" "$places"
    done | report "$what is included at home only"
done <<<"$homes"

# What only root may do goes through host/privileged.h, so that another process can do it.
grep -nE '\bmc_(pty_(open|lend)|route_(add|remove|sweep|add_server|remove_server|remove_advertised)|vrf_join|router_(accept|ask)|names_block_write|networkmanager_(hands_off|forget))[ \t]*\(|\bmc_child_(spawn|adopt)[ \t]*\(|SYS_pidfd_send_signal|\bkill[ \t]*\(|SOCK_RAW' \
    -r src --include='*.c' | grep -vE '^src/(cli|host|helper|io|sim|installer|pppd-plugin)/' | grep -vE ':[ \t]*(/?\*|//)' |
    report "what only root may do goes through host/privileged.h"
finish
