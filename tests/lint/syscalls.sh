#!/bin/bash
# SPDX-License-Identifier: MIT
# The units' filters: systemd would pass over a name that it does not know, and the call behind it would be missing.
. "$(dirname "$0")/lib.sh"
known=$(systemd-analyze --no-pager syscall-filter 2>/dev/null | grep -oE '@?[a-z_][a-z0-9_-]*')
[ -n "$known" ] || { echo "1..0 # SKIP no systemd-analyze that lists system calls"; exit 0; }

filters()
{
    grep -HE '^SystemCallFilter=' systemd/*.in
}
filters | while IFS= read -r line; do
    for word in $(sed 's/^[^=]*=~\?//' <<<"$line"); do
        grep -qxF -- "$word" <<<"$known" || echo "${line%%:*}: $word"
    done
done | report "systemd knows every system call and every set of the units"

# What one libc calls so another calls otherwise, by architecture and year: who has one has them all.
families='stat stat64 fstat fstat64 fstatat64 lstat lstat64 newfstatat statx
open openat openat2
access faccessat faccessat2
readlink readlinkat
rename renameat renameat2
unlink unlinkat
mkdir mkdirat
chmod fchmod fchmodat fchmodat2
getdents getdents64
statfs statfs64 fstatfs fstatfs64
fcntl fcntl64
clone clone3
pipe pipe2
inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
wait4 waitid waitpid'
words=$(filters | grep '^systemd/microcatd.service.in:' | sed 's/^[^=]*=//' | tr ' ' '\n')
while IFS= read -r family; do
    there=$(tr ' ' '\n' <<<"$family" | grep -cxFf <(printf '%s\n' "$words"))
    [ "$there" = 0 ] || [ "$there" = "$(wc -w <<<"$family")" ] || echo "not all of: $family"
done <<<"$families" | report "a family of system calls is in the daemon's filter as a whole, or not at all"
for set in @default @basic-io @io-event @signal @timer @network-io; do
    grep -qxF -- $set <<<"$words" || echo "$set"
done | report "and these sets are"
finish
