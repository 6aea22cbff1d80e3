/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_AT_CMDLINE_H
#define MICROCAT_AT_CMDLINE_H

/*
 * A command line taken apart as a modem takes it apart (V.250, 5.2 to 5.4; 27.007, 4): blanks between quotes count and
 * no others, basic commands follow one another without a mark, extended ones are parted by semicolons, and a dial
 * string goes as far as a semicolon or the end. Pure; nothing is allocated.
 */

#include <stddef.h>

enum mc_at_op {
    MC_AT_OP_EXEC,  /* "+CRESET", "Q1", "D*99#" */
    MC_AT_OP_READ,  /* "+CEREG?", "S3?" */
    MC_AT_OP_TEST,  /* "+CMUX=?" */
    MC_AT_OP_WRITE, /* "+CFUN=1,1", "S0=1" */
};

struct mc_at_item {
    char name[24]; /* in capitals: "+CFUN", "E", "&F", "S3", "D" */
    enum mc_at_op op;
    char args[64]; /* without blanks outside quotes and zeros before a number: "1,1" of a WRITE, "0" of "E00"; cut where
                      it is longer */
};

/**
 * The next command of a line. @pos: in the line, behind its "AT" to begin with; moves on. @return 1: @ret_item is
 * filled; 0: the end; -EINVAL: what stands there begins no command.
 */
int mc_at_cmdline_next(const char **pos, struct mc_at_item *ret_item);

#endif
