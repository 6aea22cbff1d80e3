/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_CALL_NOTE_H
#define MICROCAT_DAEMON_CALL_NOTE_H

/*
 * What the next daemon must know of a call to carry it on, or to clean up after it: a text of KEY=VALUE lines, in the
 * state directory. It says nothing about secrets.
 */

#include <microcat/ppp/supervisor.h>
#include <stddef.h>
#include <stdint.h>

#define MC_CALL_NOTE_BYTES 1024

struct mc_call_note {
    int pid;
    char start[24];        /* pppd's start time in clock ticks since boot: tells it from another process with its pid */
    char boot[40];         /* this boot of the host: times and pids mean nothing in another */
    char path[128];        /* the device */
    char pdp[128];         /* which context it was dialled with, as mc_call_note_pdp() puts it */
    int32_t baud;          /* of the line */
    enum mc_flow flow;     /* of the line */
    int32_t mux_n1;        /* of the multiplexer that it runs in; 0 none, as in the notes of older daemons */
    char socket[108];      /* where pppd's plugin looks for the daemon; "" in the notes of older ones */
    int32_t stat;          /* CEREG's, before the dial */
    int64_t online_at_ms;  /* CLOCK_BOOTTIME; -1: no address yet */
    struct mc_ppp_link up; /* what the network gave; ifname "": nothing yet */
};

/** Cid, type, APN and user: a call that was dialled with others is not the one that is wanted. */
void mc_call_note_pdp(const struct mc_settings *settings, char *out, size_t out_bytes);
/** Length, or -ENOSPC. */
int mc_call_note_format(const struct mc_call_note *note, char *out, size_t out_bytes);
/** 0, -ENOENT: it says that there is no call, -EBADMSG: damaged. */
int mc_call_note_parse(const char *text, struct mc_call_note *ret_note);
/** The text that says that there is no call. */
extern const char mc_call_note_none[];

/** Field 22 of proc(5)'s stat. 0 or -errno. */
int mc_call_note_start_time(int pid, char *out, size_t out_bytes);
/** "" where the kernel does not tell. */
void mc_call_note_boot(char *out, size_t out_bytes);

#endif
