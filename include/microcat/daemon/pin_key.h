/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_DAEMON_PIN_KEY_H
#define MICROCAT_DAEMON_PIN_KEY_H

/*
 * The key under which the PINs that were tried are remembered (mc_policy_pin_key()): without it, who has the state
 * folder, a backup of it for example, learns none. It is derived from the machine-id
 * (sd_id128_get_machine_app_specific, an HMAC), which is not in that folder. A machine without a machine-id that lasts
 * has a random one, a file of mode 0600 beside that folder; once there is such a file it stays the key, so that a
 * machine-id that comes later changes nothing. Who has the whole disk has both.
 */

#include <microcat/base/siphash.h>
#include <microcat/daemon/state_store.h>

/**
 * 0, or -errno: there is no key, and nowhere to keep one, which is said. That a random one is used is said, too.
 */
int mc_pin_key(struct mc_state_store *store, uint8_t ret_key[MC_SIPHASH_KEY_BYTES]);

#endif
