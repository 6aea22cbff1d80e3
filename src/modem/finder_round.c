/* SPDX-License-Identifier: MIT */
/* What the finder asks, as data. */
#include "finder_priv.h"
#include <microcat/base/cleanup.h>

/*
 * One round: what is asked at which speed (rank in the list of speeds), and how long an answer may take. The waits are
 * short, so that every mode is found within 2 s; a modem that is slower is found in the next round. Command mode first,
 * because it is the rule; a modem that hears but may not speak (AT+IFC=2,2 behind a bridge without RTS/CTS) is told
 * blind to do without; then PPP and CMUX at the two likely speeds, and the other speeds. Once more, with more time, and
 * with what gives a modem its words back to which somebody saved ATV0 or ATQ1 (V.250 6.2.5, 6.2.6); one that was only
 * late says OK to it as to AT. `+++` blind last, because it costs its guard times.
 */
const struct mc_finder_question mc_finder_round[] = {
    {MC_ASK_AT, 0, 250},
    {MC_ASK_UNMUTE, 0, 150},
    {MC_ASK_AT, 1, 150},
    {MC_ASK_UNMUTE, 1, 150},
    {MC_ASK_LCP, 0, 200},
    {MC_ASK_LCP, 1, 150},
    {MC_ASK_CMUX, 0, 150},
    {MC_ASK_CMUX, 1, 150},
    {MC_ASK_AT, 2, 90},
    {MC_ASK_LCP, 2, 110},
    {MC_ASK_AT, 3, 90},
    {MC_ASK_AT, 4, 90},
    {MC_ASK_AT, 5, 90},
    {MC_ASK_AT, 6, 90},
    {MC_ASK_AT, 7, 90},
    {MC_ASK_AT, 8, 90},
    /* further than 2 s: what no host of ours leaves behind, but somebody's may */
    {MC_ASK_LCP, 3, 110},
    {MC_ASK_LCP, 4, 110},
    {MC_ASK_LCP, 5, 110},
    {MC_ASK_LCP, 6, 110},
    {MC_ASK_CMUX, 2, 110},
    {MC_ASK_CMUX, 3, 110},
    {MC_ASK_CMUX, 4, 110},
    {MC_ASK_CMUX, 5, 110},
    {MC_ASK_CMUX, 6, 110},
    {MC_ASK_UNMUTE, 2, 110},
    {MC_ASK_UNMUTE, 3, 110},
    {MC_ASK_UNMUTE, 4, 110},
    {MC_ASK_UNMUTE, 5, 110},
    {MC_ASK_UNMUTE, 6, 110},
    {MC_ASK_WORDS, 1, 300},
    {MC_ASK_WORDS, 0, 300},
    /* which have their own times */
    {.ask = MC_ASK_ESCAPE, .rank = 0},
    {.ask = MC_ASK_ESCAPE, .rank = 1},
    {.ask = MC_ASK_ESCAPE, .rank = MC_FINDER_RANK_TURN},
};
const unsigned mc_finder_questions = MC_LENGTH_OF(mc_finder_round);
