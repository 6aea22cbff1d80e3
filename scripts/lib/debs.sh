# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# This machine's packages of the tree as it is now, for the guest. Source after common.sh.

# mc_debs_key: of the tree's files, by name and content.
mc_debs_key()
{
    if git -C "$mc_top" rev-parse --git-dir >/dev/null 2>&1; then
        (cd "$mc_top" && git ls-files -z --cached --others --exclude-standard | xargs -0 cksum 2>/dev/null | cksum)
    else
        (cd "$mc_top" && find . -path './build*' -prune -o -path ./.cache -prune -o -type f -print0 | sort -z | xargs -0 cksum | cksum)
    fi
}

# mc_debs_for_guest DIRECTORY: puts microcatd.deb there, the version before it and the next one; builds the packages where they are not of
# this tree. The version before is one of when the daemon was root: made of this one, or a real one, $MICROCAT_BEFORE_DEB. What
# scripts/package says comes as comments of a TAP stream.
mc_debs_for_guest()
{
    local arch out key
    arch=$(dpkg --print-architecture)
    out=$mc_top/build-package/$arch
    mkdir -p "$1" "$out"
    exec 6>"$mc_top/build-package/lock"
    flock 6
    key=$(mc_debs_key)
    if [ "$(cat "$out/tree" 2>/dev/null)" != "$key" ]; then
        rm -f "$out/tree"
        "$mc_top/scripts/package" --no-tests 2>&1 6>&- | sed -u 's/^/# package: /'
        [ "${PIPESTATUS[0]}" = 0 ] || { exec 6>&-; return 1; }
        printf '%s' "$key" >"$out/tree"
    fi
    cp "$out"/microcatd_*_"$arch".deb "$1/microcatd.deb" && "$mc_top/tests/package/next.sh" "$1/microcatd.deb" "$1/next.deb" &&
        if [ -n "${MICROCAT_BEFORE_DEB:-}" ]; then
            cp "$MICROCAT_BEFORE_DEB" "$1/before.deb"
        else
            "$mc_top/tests/package/before.sh" "$1/microcatd.deb" "$1/before.deb"
        fi
    local status=$?
    exec 6>&-
    return $status
}
