/* SPDX-License-Identifier: MIT */
#ifndef INSTALLER_BOARD_H
#define INSTALLER_BOARD_H

/* Finds the board's ttys: the REPL's, which is the first of a board, and the modem's, which the bridge names. */

#include <microcat/io/device.h>
#include <microcat/io/loop.h>
#include <stdint.h>

#define BOARD_USB_IDS "388b:ca71"

/** The REPL's tty at @path, or (NULL) of the first board on USB, within a moment. 0, -ENODEV, or -errno. */
int board_find(struct mc_loop *loop, const char *path, struct mc_device *ret_device);
/** The modem's tty of the board with this serial number, as soon as it is there. 0, -ETIMEDOUT. */
int board_wait_modem(struct mc_loop *loop, const char *serial, int64_t timeout_ms, struct mc_device *ret_device);
/** Is the modem's tty of that board there now? */
bool board_has_modem(struct mc_loop *loop, const char *serial, struct mc_device *ret_device);
/** A fixed path: gone and there again. 0, -ETIMEDOUT: it did not come back. One that is quicker than we look counts as
 * back. */
int board_wait_back(struct mc_loop *loop, const char *path, int64_t timeout_ms);

#endif
