/* SPDX-License-Identifier: MIT */
#ifndef MOCK_FSM_H
#define MOCK_FSM_H
typedef struct fsm {
    int unit;
} fsm;
#endif
