/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_BASE_MASK_H
#define MICROCAT_BASE_MASK_H

/*
 * Who and where the SIM and the modem are, hidden from those who may look but not command: "8942310000000009012"
 * becomes "8942…9012". Both work in place, never make a text longer, and leave what is masked already as it is.
 */

/** @text is an identity, all of it (IMSI, ICCID, IMEI): its first four and last four characters stay, two and two of
 * one shorter than 14, none of one shorter than 6. */
void mc_mask_identity(char *text);

/**
 * @text is free text: each run of 7 or more digits is masked so, with the hex letters on both sides of it, which an
 * ICCID may have. So a phone number, an identity in a modem's answer, whatever tells one from another.
 */
void mc_mask_text(char *text);

#endif
