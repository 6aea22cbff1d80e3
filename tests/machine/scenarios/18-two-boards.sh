# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034
# two boards on one gateway: two instances, each with its board, interface, metric, socket and memory
# limit: 600 s

# write_instance NAME BOARD: its settings, in the place of those of the one instance.
write_instance()
{
    board "$2"
    write_conf '[Modem]' "Serial=$board_serial" '[PPP]' "Interface=lte$2" "RouteMetric=70$2" EchoInterval=20
    mv /etc/microcatd/microcatd.conf "/etc/microcatd/$1.conf"
}
of() { instance=$1 status_of "$2"; }
online() { microcatctl --instance="$1" wait --for=online --timeout="$2"; }
pings() { ping -c 2 -i 0.3 -W 5 -I "lte$1" "100.127.$((2 * $1 - 2)).53"; }
tty_of() { readlink -f "/dev/microcat-E6612$((2 + $1))"; }

for number in 1 2; do
    board $number
    need "board $number is made" make_board
done
need "the first's modem runs" eval 'board 1; start_sim'
need "the second's modem runs" eval 'board 2; start_sim --set=address=10.64.0.2 --set=gateway=10.64.0.1 --set=dns1=100.127.2.53 --set=dns2=100.127.3.53 --set=imei=861234050000024 --set=iccid=8981100022314000024'
# As on a machine on which microcatd.service never ran: nobody has made the folder that is above both.
rm -rf /var/lib/microcatd /var/lib/microcatd-key
write_instance north 1
write_instance south 2
# The second first: each instance goes by the serial number, whichever tty came first.
board 2 && plug
check "the second board has its tty" until_ok 30000 test -e /dev/microcat-E66124
board 1 && plug
need "two instances start" systemctl start microcatd@north.service microcatd@south.service
for number in 1 2; do
    name=$([ $number = 1 ] && echo north || echo south)
    need "$name is online" online $name 90s
    is "$name has its board" "$(of $name device.serial)" E6612$((2 + number))
    check "and its tty to itself" holds "$(tty_of $number)" "microcatd@$name.service"
    is "$name has its interface" "$(of $name ppp.interface)" lte$number
    check "a ping goes through lte$number" pings $number
    check "its route has its metric" bash -c "ip route show default dev lte$number | grep -q 'metric 70$number'"
    check "its servers are that link's in resolved" until_ok 30000 bash -c "resolvectl dns lte$number | grep -q 100.127.$((2 * number - 2)).53"
    check "and a memory of its own" until_ok 30000 bash -c "[ -n \"\$(ls /var/lib/microcatd/$name)\" ]"
done
is "the lower metric is used" "$(ip route get 198.51.100.1 | sed -n 's/.* dev \([^ ]*\).*/\1/p')" lte1

# What happens to one is nothing to the other.
since=$(of south state_age_s | cut -d . -f 1)
board 1 && unplug
check "north's board pulled: north says so" microcatctl --instance=north wait --for=absent --timeout=30s
check "its route is gone" until_ok 30000 bash -c '! ip route show default | grep -q lte1'
is "traffic goes by the other" "$(ip route get 198.51.100.1 | sed -n 's/.* dev \([^ ]*\).*/\1/p')" lte2
check "and through it" pings 2
check "south has been online all the time" test "$(of south state_age_s | cut -d . -f 1)" -ge "$since"
systemctl kill --signal=KILL --kill-whom=main microcatd@south.service
board 1 && plug
check "plugged in again, north is online again" online north 60s
is "with its own board, though south was killed meanwhile" "$(of north device.serial)" E66123
check "south's call was carried on" pings 2
is "by the next daemon, which has its own" "$(of south device.serial)" E66124
systemctl stop microcatd@north.service
check "north stopped, south carries" pings 2
is "no route of north's is left" "$(ip route show default dev lte1 2>/dev/null)" ""
systemctl stop microcatd@south.service
is "none at all" "$(ip route show default)" ""
rm -f /etc/microcatd/north.conf /etc/microcatd/south.conf
