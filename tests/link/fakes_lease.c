/* SPDX-License-Identifier: MIT */
/* The lease, for the files that only ask for it: an object of its own, so that lease.c can be tested as well. */
#include "fakes.h"

bool mc_link_lease_has_line(const struct mc_link *link)
{
    return link->lease.whole_line;
}

void mc_link_lease_failed(struct mc_link *link, const char *why)
{
    if (link->lease.whole_line)
        bench_say(bench_of(link), "lease-failed %s", why);
}
