# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Shared by scripts/* and tests/machine/run: where things are, how to say things. Source it, don't run it.

set -u
# Only what Debian ships: a Python or a meson from elsewhere earlier in PATH would not be the one that the package list names.
export PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8 PYTHONNOUSERSITE=1
unset PYTHONPATH PYTHONHOME

mc_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# Downloads and unpacked packages are shared by all clones on a machine when we may write there.
if [ -z "${MICROCAT_CACHE:-}" ]; then
    if [ "$(id -u)" = 0 ]; then MICROCAT_CACHE=/var/cache/microcatd-test; else MICROCAT_CACHE=$mc_top/.cache; fi
fi
mkdir -p "$MICROCAT_CACHE" || exit 1
export MICROCAT_CACHE

# The clock of progress lines starts once, in the script that a person called.
export MC_STARTED_S=${MC_STARTED_S:-$(date +%s)}

say()
{
    printf '[%4d s] %s\n' $(($(date +%s) - MC_STARTED_S)) "$*"
}

warn()
{
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
    warn "$*"
    exit 1
}

need_root()
{
    [ "$(id -u)" = 0 ] || die "needs root, for $1; run it with sudo"
}
