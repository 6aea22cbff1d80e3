/* SPDX-License-Identifier: MIT */
#ifndef TESTS_MODEM_GIVEN_H
#define TESTS_MODEM_GIVEN_H

/*
 * A situation as text, for tables of tests that call one decision, one taker or one builder: "facts.cpin=SIM PIN;
 * facts.stat=3; set.pdp.apn=". A name is one of struct mc_bringup's fields, or of struct mc_settings' behind "set.", or
 * "bench.attach_wait_ms" and "bench.dial_wait_ms". A flag is 0 or 1, MC_AT_UNKNOWN is "?". A name that given.c does not
 * have fails the test.
 */

#include "bench.h"

/** Makes it so. */
void given(struct bench *b, const char *situation);
/** Is it so? Fails the test, naming @what and what is otherwise. NULL expects nothing. */
void expect(struct bench *b, const char *what, const char *situation);
/** How it is: "3 READY" of @names "facts.stat facts.cpin"; a text that is empty is "-". */
void describe(struct bench *b, const char *names, char *out, size_t out_bytes);

#endif
