# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# PIN and password as systemd's credentials, the one encrypted for this machine, the other from a file of root's; a secret for all is refused
# limit: 600 s

pin=4711 secrets=/etc/microcatd
need "the board is made" make_board
need "the simulated modem runs" start_sim --profile=cold --set=pin-required=yes --set=pin=$pin
write_conf
sed -i '/^Password=/d' $secrets/microcatd.conf
drop_ins=(/run/systemd/system/microcatd.service.d /run/systemd/system/microcat-helper@microcatd.service.d)
forget_credentials()
{
    rm -rf "${drop_ins[@]}" $secrets/{pdp.password,sim.pin.cred,microcatd.conf.d}
    systemctl daemon-reload
}
trap forget_credentials EXIT
mkdir -p "${drop_ins[@]}"
(umask 077 && printf sora >$secrets/pdp.password)
need "the PIN is encrypted under the machine's key" bash -c "printf %s $pin | systemd-creds encrypt --with-key=host --name=sim.pin - $secrets/sim.pin.cred"
is "and is not to be read in its file" "$(base64 -d $secrets/sim.pin.cred | grep -c $pin)" 0
for folder in "${drop_ins[@]}"; do
    printf '[Service]\nLoadCredential=pdp.password:%s\n' $secrets/pdp.password >"$folder/credentials.conf"
done
echo "LoadCredentialEncrypted=sim.pin:$secrets/sim.pin.cred" >>"${drop_ins[0]}/credentials.conf"
systemctl daemon-reload

need "the service starts" start_daemon
plug
need "online: the PIN was entered, and pppd's user authenticated" in_state online 120
is "the SIM was asked once" "$(inject get pin_attempts | head -n 1)" 1
is "and the PIN was right" "$(inject get pin_wrong | head -n 1)" 0
check "a ping goes through the link" ping -c 1 -W 5 -I ppp0 100.127.0.53
as()
{
    setpriv --reuid="$1" --regid="$1" --clear-groups cat /run/credentials/microcatd.service/sim.pin 2>&1
}
is "the daemon's user reads the PIN" "$(as microcatd)" $pin
is "another user does not" "$(as games | grep -c denied)" 1
is "the helper was not given it" "$(find /run/credentials -path '*helper*' -name sim.pin | wc -l)" 0
is "neither secret is in the journal" "$(journalctl -q -b -u microcatd.service -u 'microcat-helper@*' -o cat | grep -cwE "$pin|Password=sora")" 0
is "nor in an environment, nor on a command line" "$(cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -cxf <(echo $pin))" 0
stop_daemon

# ---- a secret for all to read ----
mkdir -p $secrets/microcatd.conf.d
printf '[PDP]\nPassword=sora\n' >$secrets/microcatd.conf.d/secret.conf
chmod 644 $secrets/microcatd.conf.d/secret.conf
check "a password that others can read: it does not start" bash -c '! systemctl start microcatd.service'
mending()
{
    journalctl -q -b -u microcatd.service -o cat | grep -o "mend it with: chmod 0600 $secrets/microcatd.conf.d/secret.conf" | tail -n 1
}
says_what_mends()
{
    [ -n "$(mending)" ]
}
check "and says what mends it" until_ok 30000 says_what_mends
eval "$(mending | sed 's/^mend it with: //')"
check "which does: it starts by itself" until_ok 30000 systemctl -q is-active microcatd.service
