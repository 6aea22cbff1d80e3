#!/bin/bash
# SPDX-License-Identifier: MIT
# The layer rule: a file includes its own layer or a lower one, and of its own layer only what the table below allows.
. "$(dirname "$0")/lib.sh"

# room: what it may include besides itself. One row a room; keep it as ARCHITECTURE.md has it.
allowed="
base:
io:          base
policy:      base
status:      base
at:          base io/transport.h
line:        base at io/transport.h
host:        base io
ppp:         base io status host
helper:      base io status host ppp daemon/config.h daemon/notify.h
modem:       base at line status
link:        base policy status at line modem
ctl:         base io status
daemon:      base io policy status at line host ppp helper modem link ctl
cli:         base io status ctl daemon/config.h
pppd-plugin: base ppp
installer:   base io
sim:         base io
"

includes()
{
    find src include/microcat -name '*.[ch]' | sort | xargs awk '
        match($0, /^#[ \t]*include[ \t]*[<"]microcat\/[^>"]*/) {
            what = substr($0, RSTART, RLENGTH); sub(/.*microcat\//, "", what)
            room = FILENAME; sub(/^include\/microcat\//, "", room); sub(/^src\//, "", room); sub(/\/.*/, "", room)
            print FILENAME ":" FNR, room, what
        }'
}

includes | awk -v rules="$allowed" '
    BEGIN {
        n = split(rules, rows, "\n")
        for (i = 1; i <= n; i++) {
            if (rows[i] !~ /:/) continue
            split(rows[i], part, ":"); known[part[1]] = 1; may[part[1], part[1]] = 1
            m = split(part[2], names, " ")
            for (j = 1; j <= m; j++) may[part[1], names[j]] = 1
        }
    }
    {
        target = $3; sub(/\/.*/, "", target)
        if (!($2 in known)) print $1 ": the room " $2 " has no row in tests/lint/layers.sh"
        else if (!may[$2, target] && !may[$2, $3]) print $1 ": " $2 " must not include " $3
    }' | report "every include goes to the own room or an allowed one"

# Relative includes would slip past the rule.
grep -nE '#[ \t]*include[ \t]*"\.\./' -r src include | report "no include climbs with ../"

# No I/O, no clock and no loop in the pure rooms: what they need to know comes in, what they want goes out.
pure="src/at src/line src/policy src/modem src/link"
for room in at line policy modem link; do
    [ ! -d include/microcat/$room ] || pure="$pure include/microcat/$room"
done
# shellcheck disable=SC2086
grep -nE '#[ \t]*include[ \t]*<(unistd|fcntl|poll|termios|signal|spawn|pthread|dirent|netdb|syslog|time|sys/[a-z_]+|linux/[a-z_]+|net/[a-z_]+|netinet/[a-z_]+|arpa/[a-z_]+)\.h>' \
    -r $pure | report "pure rooms include no header that does I/O or tells the time"
# shellcheck disable=SC2086
grep -nE '(^|[^_[:alnum:]>.])(clock_gettime|gettimeofday|time|usleep|nanosleep|sleep|open|socket|fopen|popen|system|fork|getenv|printf|puts|rand|random|srand)[ \t]*\(' \
    -r $pure --include='*.[ch]' | grep -vE ':[ \t]*(/?\*|//)' | report "pure rooms call nothing that does I/O, tells the time or throws dice"
finish
