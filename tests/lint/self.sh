#!/bin/bash
# SPDX-License-Identifier: MIT
# The lints themselves: a small tree that breaks every rule must be found out, rule by rule.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
bad=$(mktemp -d) || exit 1
trap 'rm -rf "$bad"' EXIT
cd "$bad" || exit 1
mkdir -p src/at src/base src/odd include/microcat/at tests/at scripts

printf '%s\n' '/* SPDX-License-Identifier: MIT */' '#include <microcat/daemon/app.h>' '#include "../base/x.h"' '#include <unistd.h>' \
    '#include <event2/event.h>' 'void f(void) { time(NULL); } /* TODO */' 'void g(void) { mc_route_add(NULL, 0, 0, 0); }' >src/at/engine.c
printf '%s\n' '/* SPDX-License-Identifier: MIT */' '#include <microcat/at/engine.h>' >src/base/x.c
printf '%s\n' '/* SPDX-License-Identifier: MIT */' '#include <microcat/base/x.h>' >src/odd/x.c
printf '%s\n' '#ifndef WRONG_H' '#define WRONG_H' '#endif' >include/microcat/at/engine.h
{ echo '/* SPDX-License-Identifier: MIT */'; seq -f 'int v%g;' 700; } >src/base/long.c
printf '%s\n' '/* SPDX-License-Identifier: MIT */' 'void t(void) { usleep(1); }' >tests/at/test_t.c
printf '%s\n' '#!/bin/bash' '# SPDX-License-Identifier: MIT' 'sleep 1' >scripts/x.sh
cp scripts/x.sh tests/at/x.sh
: >src/at/meson.build

# found LINT RULE PATTERN: the rule must fail, and name what matches PATTERN.
found()
{
    bash "$here/$1.sh" "$bad" 2>&1 | awk -v rule="$2" -v want="$3" '
        /^(not )?ok / { in_rule = index($0, rule) && /^not ok/ }
        /^#/ && in_rule && $0 ~ want { hit = 1 }
        END { if (!hit) print "not found out: " want }' | report "$1: \"$2\" is found out"
}
found layers "every include goes" 'src/at/engine.c:2: at must not include daemon/app.h'
found layers "every include goes" 'src/base/x.c:2: base must not include'
found layers "every include goes" 'the room odd has no row'
found layers "no include climbs" 'engine.c:3'
found layers "include no header that does I/O" 'engine.c:4'
found layers "call nothing that does I/O" 'engine.c:6'
found foreign "libevent is included at home only" 'src/at/engine.c:5'
found foreign "what only root may do" 'src/at/engine.c:7'
found files "every file names its licence" 'include/microcat/at/engine.h'
found files "no C file but a pure table" 'src/base/long.c: 701'
found files "every header has a guard" 'MICROCAT_AT_ENGINE_H'
found files "nothing is left for later" 'engine.c:6'
found files "every C file is named" 'src/at/engine.c'
found files "no C test sleeps" 'test_t.c:2'
found files "no shell test sleeps" 'x.sh:3'
finish
