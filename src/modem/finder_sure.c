/* SPDX-License-Identifier: MIT */
/*
 * An answer at a speed to which the finder has come just now may be another speed's: a bridge that pauses hands over
 * what it heard there. Asked for is a line that nothing else is answered by, here and then there.
 */
#include "finder_priv.h"

#define SURE_MS  1000 /* so late an answer may come */
#define SURE_MAX 3    /* questions at one speed: an OK without the line was for what was asked before */

bool finder_is_sure(const struct mc_finder *finder)
{
    return finder->elsewhere == 0 || mc_timerq_now_ms(finder->queue) - finder->left_at_ms >= SURE_MS;
}

static void ask(struct mc_finder *finder)
{
    finder->sure++;
    finder_send_command(finder, "AT+IPR?", "+IPR:", SURE_MS);
}

void finder_make_sure(struct mc_finder *finder)
{
    finder->phase = PHASE_SURE;
    finder->returned = false;
    finder->sure = 0;
    ask(finder);
}

bool finder_made_sure(struct mc_finder *finder, const struct mc_at_answer *answer)
{
    if (answer->result != MC_AT_OK || answer->n_lines > 0 || finder->sure == SURE_MAX)
        return true;
    ask(finder);
    return false;
}

void finder_sure_of_nothing(struct mc_finder *finder)
{
    finder_go_to_baud(finder, finder->elsewhere);
    if (!finder->returned) {
        finder->returned = true;
        finder->sure = 0;
        ask(finder);
        return;
    }
    finder->phase = PHASE_ROUND; /* perhaps it knows AT and not this: its next answer here is believed */
    finder->elsewhere = 0;
    finder_send_at(finder, 300);
}
