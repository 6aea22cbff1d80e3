# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The main job, shown: what scripts/try does once a modem and a daemon are to be had, on the host or in the guest. Set before:
#   ctl         microcatctl with its options, an array
#   begin       a command that starts the daemon and plugs the board in
#   finish_up   a command that ends both
#   targets     addresses to ping, an array; the link's own name servers are tried first

demo_failed=no
demo_errors=$(mktemp)

demo_now()
{
    printf '%d' $((${EPOCHREALTIME/./} / 1000))
}

demo_section()
{
    printf '\n=== %s\n' "$*"
}

# demo_step TEXT COMMAND...
demo_step()
{
    local text=$1 from
    shift
    from=$(demo_now)
    # Progress on standard error would say again what the watch says.
    if "$@" 2>"$demo_errors"; then
        printf '    ok: %s (%d.%d s)\n' "$text" $((($(demo_now) - from) / 1000)) $((($(demo_now) - from) % 1000 / 100))
    else
        printf '    FAILED: %s\n' "$text"
        sed 's/^/    /' "$demo_errors"
        demo_failed=yes
        return 1
    fi
}

# Every event as it comes, with the time since the start.
demo_watch()
{
    local line spent
    "${ctl[@]}" watch 2>/dev/null | while IFS= read -r line; do
        spent=$(($(demo_now) - demo_started))
        printf '  %5d.%d s  %s\n' $((spent / 1000)) $((spent % 1000 / 100)) "$line"
    done
}

demo_ping()
{
    local interface target
    interface=$("${ctl[@]}" --json status | sed -n 's/.*"interface":"\([^"]*\)".*/\1/p')
    [ -n "$interface" ] || { echo "    no interface is known"; return 1; }
    for target in $("${ctl[@]}" --json status | sed -n 's/.*"dns":\[\([^]]*\)\].*/\1/p' | tr -d '"' | tr ',' ' ') "${targets[@]}"; do
        ping -I "$interface" -c 3 -i 0.5 -W 5 "$target" | sed 's/^/    /'
        [ "${PIPESTATUS[0]}" = 0 ] && return 0
    done
    return 1
}

demo_explain()
{
    demo_section "what the daemon knows"
    "${ctl[@]}" status
    demo_section "the last of the AT dialogue"
    "${ctl[@]}" trace | tail -n 30
}

demo()
{
    local watcher
    demo_started=$(demo_now)
    demo_section "from plug to online"
    "$begin" || { echo "    could not start"; return 1; }
    demo_watch 2>/dev/null &
    watcher=$!
    demo_step "online" "${ctl[@]}" wait --for=online --timeout="${limit:-100s}"
    if [ $demo_failed = yes ]; then
        demo_explain
    else
        demo_section "microcatctl status"
        "${ctl[@]}" status
        demo_section "a ping through the link"
        demo_step "ping" demo_ping
        demo_section "microcatctl disconnect (PPP only: attach and PDP context stay)"
        demo_step "disconnect" "${ctl[@]}" disconnect
        demo_section "the modem still answers: microcatctl at AT+CSQ, info"
        demo_step "AT+CSQ" "${ctl[@]}" at AT+CSQ
        demo_step "info" "${ctl[@]}" info
        demo_section "microcatctl connect: one dial"
        demo_step "connect" "${ctl[@]}" connect
        demo_step "online again" "${ctl[@]}" wait --for=online --timeout=60s
        demo_step "ping" demo_ping
    fi
    # The watch ends by itself with the daemon, or here.
    pkill -P $watcher
    wait $watcher
    if [ "${keep:-no}" = yes ]; then
        demo_section "left running"
    else
        demo_section "the end"
        demo_step "everything is stopped" "$finish_up"
    fi
    rm -f "$demo_errors"
    [ $demo_failed = no ]
}
