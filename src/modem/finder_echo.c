/* SPDX-License-Identifier: MIT */
#include "finder_priv.h"
#include <string.h>

void mc_finder_echo_next(struct mc_finder_echo *echo, unsigned rank, uint64_t urcs)
{
    if (echo->len > 0 && echo->seen == echo->len)
        echo->echoed |= 1u << echo->rank;
    if (urcs != echo->urcs) {
        echo->spoken |= 1u << echo->rank;
        echo->worded |= 1u << echo->rank;
    }
    echo->len = echo->seen = 0;
    echo->rank = rank;
    echo->urcs = urcs;
}

void mc_finder_echo_expect(struct mc_finder_echo *echo, const uint8_t *frame, size_t len)
{
    memcpy(echo->frame, frame, len);
    echo->len = len;
    echo->seen = 0;
}

void mc_finder_echo_feed(struct mc_finder_echo *echo, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (echo->seen < echo->len && data[i] == echo->frame[echo->seen])
            echo->seen++;
        else
            echo->spoken |= 1u << echo->rank;
}

bool mc_finder_echo_only(const struct mc_finder_echo *echo)
{
    return (echo->echoed & ~echo->spoken) != 0;
}

/* At the two speeds that the caller names, and where it was heard before; but words are no late echo. */
bool mc_finder_echo_is_likely(const struct mc_finder_echo *echo, unsigned rank)
{
    return (rank < 2 || (echo->echoed & 1u << rank) != 0) && (echo->worded & 1u << rank) == 0;
}

void mc_finder_echo_again(struct mc_finder_echo *echo)
{
    echo->echoed &= ~(1u << echo->rank);
    echo->spoken &= ~(1u << echo->rank);
    echo->len = echo->seen = 0;
}

bool mc_finder_echo_spoken(const struct mc_finder_echo *echo, unsigned rank)
{
    return (echo->spoken & 1u << rank) != 0;
}
