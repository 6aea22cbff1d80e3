/* SPDX-License-Identifier: MIT */
/* What the finder says when nobody answered: silence, an echo, or somebody's words. */
#include "finder_priv.h"

#define QUIET_MS 500  /* before what is doubted is asked for again, */
#define DOUBT_MS 1000 /* and for its answer: a round has a tenth of that */

/* Somebody's words, or an echo that a busy host heard when the next thing had been said already? */
static void doubt(struct mc_finder *finder)
{
    finder->doubted = false;
    while (finder->doubts < finder->n_bauds && !mc_finder_echo_is_likely(&finder->echo, finder->doubts))
        finder->doubts++;
    if (finder->doubts == finder->n_bauds) {
        finder_finish(finder, MC_FOUND_BABBLE);
        return;
    }
    finder->phase = PHASE_DOUBT;
    finder_go_to_baud(finder, finder->bauds[finder->doubts]);
    finder_listen(finder);
    mc_timer_arm(&finder->timer, finder->queue, QUIET_MS);
}

void finder_doubt_further(struct mc_finder *finder)
{
    if (!finder->doubted) {
        finder->doubted = true;
        mc_finder_echo_again(&finder->echo);
        finder_ask_raw(finder, MC_ASK_LCP, DOUBT_MS);
        return;
    }
    finder_echo_next(finder, finder->echo.rank);
    if (mc_finder_echo_only(&finder->echo)) {
        finder_finish(finder, MC_FOUND_ECHO);
        return;
    }
    finder->doubts++;
    doubt(finder);
}

/* Nothing answered: what was it that came? */
void finder_nobody(struct mc_finder *finder)
{
    finder_echo_next(finder, finder->echo.rank);
    if (finder->watch.bytes == 0)
        finder_finish(finder, MC_FOUND_SILENCE);
    else if (mc_finder_echo_only(&finder->echo))
        finder_finish(finder, MC_FOUND_ECHO);
    else
        doubt(finder);
}
