/* SPDX-License-Identifier: MIT */
/* Device, port and board lines: what comes, goes and is worked, and what hangs on it. */
#include "link_priv.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PORT_LOST_MS 500 /* the kernel's news of an unplugged device may come after the hang-up of its port */

bool mc_link_open_port(struct mc_link *link)
{
    char detail[160] = "";
    if (mc_session_open(link->session))
        return true;
    enum mc_fault fault = mc_session_open_port(link->session, detail, sizeof(detail));
    if (fault != MC_FAULT_NONE) {
        mc_link_failed(link, fault, detail);
        return false;
    }
    if (link->remedy.fault >= MC_FAULT_NO_DEVICE && link->remedy.fault <= MC_FAULT_DEVICE_GONE)
        mc_link_clear_fault(link); /* it is there, and open */
    return true;
}

void mc_link_drop_port(struct mc_link *link, enum mc_session_event event, const char *why)
{
    mc_session_no_answers(link->session, why);
    mc_timer_disarm(&link->wait);
    mc_datacall_lost(link->call);
    link->pause = PAUSE_NONE;
    link->remedy.rechecking = false;
    mc_session_drop(link->session, event);
    mc_link_publish(link);
}

static void plugged_in(struct mc_link *link)
{
    if (mc_link_powered_off(link)) /* replugging is what switches it on */
        mc_wish_event(link->wish, MC_WISH_CAME_BACK);
    if (link->remedy.fault == MC_FAULT_DEVICE_GONE || link->remedy.fault == MC_FAULT_NO_DEVICE)
        mc_timer_disarm(&link->wait);
    if (link->pause != PAUSE_REST)
        mc_link_go_up(link);
}

void mc_link_device(struct mc_link *link, bool present)
{
    if (present == mc_session_present(link->session))
        return;
    mc_timer_disarm(&link->port_lost);
    if (present) {
        mc_session_event(link->session, MC_SESSION_PLUGGED);
        if (link->life != LIFE_NEW)
            plugged_in(link);
        return;
    }
    mc_link_drop_port(link, MC_SESSION_UNPLUGGED, "The device went away: no answer can come any more.");
    if (link->life == LIFE_NEW)
        return;
    link->look.quiet = false;
    if (mc_wish_verb(link->wish) == MC_VERB_POWER_OFF && !mc_link_powered_off(link)) /* it was not told yet */
        mc_link_not_off(link);
    mc_wish_end(link->wish, -ENODEV, "The device went away.");
    if (link->life == LIFE_STOPPING) {
        mc_timer_arm(&link->shutdown_timer, link->queue, 0);
        return;
    }
    mc_link_failed(link, MC_FAULT_DEVICE_GONE, "unplugged");
}

void mc_link_port_closed(struct mc_link *link, int error)
{
    char detail[80];
    if (!mc_session_open(link->session))
        return;
    snprintf(detail, sizeof(detail), "the port was closed: %s", strerror(error < 0 ? -error : EIO));
    mc_link_drop_port(link, MC_SESSION_CLOSED, "The port was closed: no answer can come any more.");
    memcpy(link->port_detail, detail, sizeof(link->port_detail));
    if (link->life == LIFE_STOPPING)
        mc_timer_arm(&link->shutdown_timer, link->queue, 0);
    else
        mc_timer_arm(&link->port_lost, link->queue, PORT_LOST_MS);
}

/* The device is still there: it was no unplugging. */
void mc_link_settle_port(struct mc_link *link)
{
    if (!mc_timer_armed(&link->port_lost))
        return;
    mc_timer_disarm(&link->port_lost);
    mc_link_failed(link, MC_FAULT_DEVICE_ERROR, link->port_detail);
}

static void on_port_lost(void *ctx)
{
    struct mc_link *link = ctx;
    if (!mc_session_open(link->session) && link->pause == PAUSE_NONE)
        mc_link_failed(link, MC_FAULT_DEVICE_ERROR, link->port_detail);
}

void mc_link_no_device(struct mc_link *link)
{
    const char *device = link->settings->modem.device, *serial = link->settings->modem.usb_serial;
    const char *interface = link->settings->modem.usb_interface;
    char detail[224];
    if (strcmp(device, "auto") != 0)
        snprintf(detail, sizeof(detail), "there is no %.140s", device);
    else
        snprintf(detail, sizeof(detail), "nothing is plugged in that matches UsbID=%.60s%s%.40s%s%.40s",
                 link->settings->modem.usb_ids, *serial ? " and Serial=" : "", serial,
                 *interface ? " and UsbInterface=" : "", interface);
    mc_link_failed(link, MC_FAULT_NO_DEVICE, detail);
}

bool mc_link_has_reset(const struct mc_link *link)
{
    return mc_session_has_line(link->session, link->settings->modem.reset);
}

bool mc_link_has_power(const struct mc_link *link)
{
    return mc_session_has_line(link->session, link->settings->modem.power);
}

void mc_link_work_board(struct mc_link *link, enum mc_board_line what)
{
    link->pause = PAUSE_NONE;
    link->remedy.by_line = MC_REMEDY_LOOK;
    link->remedy.rechecking = false;
    if (what != MC_BOARD_POWER_OFF)
        mc_link_enter(link, MC_STATE_SYNC);
    mc_session_work_board(link->session, what);
}

void mc_link_board_done(struct mc_link *link, int result)
{
    mc_session_board_done(link->session, result);
}

/* It was off, and said while the line was still worked that it started: by a finger on the button, or a line that was
 * held too short. A `power off` that was said behind that waits on, and is carried out when the modem is found. */
static void started_again(struct mc_link *link)
{
    if (mc_wish_verb(link->wish) == MC_VERB_POWER_OFF && mc_wish_state(link->wish) != MC_WISH_GOING_OFF)
        mc_wish_end(link->wish, -EIO, "The power line was worked, and the modem is on: it started again by itself.");
    mc_link_walk(link, MC_USE_UP, MC_STEP_FIND);
}

/* By the last word it stays off, or is switched on again: `power on` came while the line was worked. */
static void went_off(struct mc_link *link)
{
    if (mc_link_powered_off(link)) {
        mc_wish_end(link->wish, 0,
                    "The modem is off: call, PDP context and attach were cut. Coming back costs a boot and an attach, "
                    "20 s or more.");
        mc_link_rest(link, MC_USE_BOARD);
    } else if (link->on_again) {
        link->on_again = false;
        mc_link_work_board(link, MC_BOARD_POWER_ON);
    } else {
        started_again(link);
    }
}

/* The modem is as it was, as far as anybody knows. */
static void not_worked(struct mc_link *link, enum mc_board_line line, int result)
{
    enum mc_verb verb = mc_wish_verb(link->wish);
    if (verb == MC_VERB_RESET || verb == MC_VERB_POWER_OFF)
        mc_wish_end(link->wish, result, "The %s line could not be worked: %s.",
                    line == MC_BOARD_RESET ? "reset" : "power", strerror(-result));
    if (line == MC_BOARD_POWER_OFF && (mc_link_powered_off(link) || verb == MC_VERB_POWER_OFF))
        mc_link_not_off(link);
}

void mc_link_worked(void *ctx, int result)
{
    struct mc_link *link = ctx;
    enum mc_board_line line = mc_session_board_line(link->session);
    bool by_command = result < 0 && line == MC_BOARD_RESET && mc_session_met(link->session);
    if (result < 0)
        mc_link_note(link, "the board's line could not be worked: %s%s", strerror(-result),
                     by_command ? "; AT+CRESET instead" : "");
    if (result == 0 || by_command)
        mc_link_remedy_done(link);
    else
        not_worked(link, line, result);
    if (result == 0 && line == MC_BOARD_POWER_OFF)
        went_off(link);
    else
        mc_link_walk(link, MC_USE_UP, by_command ? MC_STEP_RESET : MC_STEP_FIND);
}

void mc_link_device_init(struct mc_link *link)
{
    mc_timer_init(&link->port_lost, "link.port-lost", on_port_lost, link);
}
