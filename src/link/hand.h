/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_LINK_HAND_H
#define MICROCAT_LINK_HAND_H

/* Which AT commands of a person's are the daemon's own. */

#include <stdbool.h>

/** What a line's commands are: lines that also come unasked ("+CEREG:") are this line's answer now; a search through
 * all bands takes its time. */
struct mc_hand_judged {
    char prefix[96]; /* "+CSQ:|+CBC:", as the engine takes it */
    bool slow;
};

/** @line: behind its "AT". @return why the daemon does not send it, a sentence with what to use instead; NULL: it
 * does. */
const char *mc_hand_judge(const char *line, struct mc_hand_judged *ret_judged);

#endif
