/* SPDX-License-Identifier: MIT */
/* Device, port and board lines: what comes, goes and is worked, and what hangs on it. */
#include "link_priv.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PORT_LOST_MS 500  /* the kernel's news of an unplugged device may come after the hang-up of its port */
#define DETACH_MS    5000 /* a detach takes a second or two; the reset that waits for it is wanted */

bool mc_link_open_port(struct mc_link *link)
{
    if (link->open)
        return true;
    char detail[160] = "";
    enum mc_fault fault = link->req.open(link->ctx, detail, sizeof(detail));
    if (fault != MC_FAULT_NONE) {
        mc_link_failed(link, fault, detail);
        return false;
    }
    link->open = true;
    link->found = false;
    link->new_session = true;
    if (link->fault >= MC_FAULT_NO_DEVICE && link->fault <= MC_FAULT_DEVICE_GONE)
        mc_link_clear_fault(link); /* it is there, and open */
    link->status->modem.line = MC_LINE_UNKNOWN;
    return true;
}

/* Everything that hangs on the port ends; nothing is sent. */
void mc_link_drop_port(struct mc_link *link, const char *why)
{
    mc_link_no_answers(link, why);
    mc_timer_disarm(&link->wait);
    mc_link_call_lost(link);
    mc_line_reset(link->line);
    if (link->open)
        link->req.close(link->ctx);
    link->open = link->found = link->rechecking = false;
    link->status->modem.line = MC_LINE_CLOSED;
    mc_link_publish(link);
}

void mc_link_device(struct mc_link *link, bool present)
{
    if (present == link->present)
        return;
    link->present = present;
    mc_timer_disarm(&link->port_lost);
    if (!link->started)
        return;
    if (present) {
        mc_facts_rebooted(mc_bringup_facts(link->bringup)); /* plugged in: the modem starts at its defaults */
        link->new_session = true;
        if (link->powered_off && link->want == WANT_POWER_OFF)
            link->want = link->want_before_off; /* replugging is what switches it on */
        link->powered_off = link->off = false;
        if (link->fault == MC_FAULT_DEVICE_GONE || link->fault == MC_FAULT_NO_DEVICE)
            mc_timer_disarm(&link->wait);
        if (link->doing == DOING_NOTHING || link->doing == DOING_WAIT)
            mc_link_go_up(link);
        return;
    }
    mc_link_drop_port(link, "The device went away: no answer can come any more.");
    link->doing = DOING_NOTHING;
    link->quiet = false;
    mc_link_verb_end(link, -ENODEV, "The device went away.");
    if (link->shutdown_done) {
        mc_timer_arm(&link->shutdown_timer, link->queue, 0);
        return;
    }
    mc_link_failed(link, MC_FAULT_DEVICE_GONE, "unplugged");
}

void mc_link_port_closed(struct mc_link *link, int error)
{
    char detail[80];
    if (!link->open)
        return;
    snprintf(detail, sizeof(detail), "the port was closed: %s", strerror(error < 0 ? -error : EIO));
    mc_link_drop_port(link, "The port was closed: no answer can come any more.");
    link->doing = DOING_NOTHING;
    memcpy(link->port_detail, detail, sizeof(link->port_detail));
    if (link->shutdown_done)
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
    if (!link->open && link->doing == DOING_NOTHING)
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

size_t mc_link_bytes(struct mc_link *link, const uint8_t *data, size_t len)
{
    return link->open ? mc_line_feed(link->line, data, len) : len;
}

/* "auto": what a bridge that keeps the contract has, and no other board is believed to have. */
bool mc_link_has_line(const struct mc_link *link, const char *setting)
{
    return !strcmp(setting, "auto") ? link->status->device.bridge : strcmp(setting, "none") != 0;
}

static void on_detached(void *ctx, const struct mc_at_answer *answer)
{
    struct mc_link *link = ctx;
    if (link->doing == DOING_BOARD && answer->result != MC_AT_CANCELLED) /* cancelled: the port is gone */
        link->req.board(link->ctx, link->board_line);
}

/*
 * A modem that still answers is detached first: the network forgets the session at once instead of by its own timers
 * (the vendor's newer driver does so). Bounded, and whatever it says to it, the line is worked.
 */
void mc_link_work_board(struct mc_link *link, enum mc_board_line what)
{
    static const struct mc_at_command detach = {
        .text = "AT+CGATT=0", .timeout_ms = DETACH_MS, .flags = MC_AT_GUESS | MC_AT_URGENT};
    bool again = link->doing == DOING_BOARD;
    mc_bringup_cancel(link->bringup);
    link->doing = DOING_BOARD;
    link->board_line = what;
    if (what != MC_BOARD_POWER_OFF)
        mc_link_enter(link, MC_STATE_SYNC);
    if (again && mc_at_busy(mc_line_at(link->line))) /* the detach of the line before is under way: then this one */
        return;
    if (what == MC_BOARD_POWER_ON || !link->open || !link->found ||
        mc_line_owner(link->line) != MC_LINE_OWNER_AT) { /* nobody is there who would hear it */
        link->req.board(link->ctx, what);
        return;
    }
    mc_at_cancel_all(mc_line_at(link->line));
    if (mc_at_send(mc_line_at(link->line), &detach, on_detached, link) < 0)
        link->req.board(link->ctx, what);
}

void mc_link_board_done(struct mc_link *link, int result)
{
    if (link->doing != DOING_BOARD)
        return;
    if (result < 0)
        mc_link_note(link, "the board's line could not be worked: %s", strerror(-result));
    mc_facts_rebooted(mc_bringup_facts(link->bringup));
    mc_line_reset(link->line);
    link->req.set_flow(link->ctx, MC_FLOW_NONE);
    link->found = false;
    link->new_session = true;
    if (link->powered_off) {
        mc_link_verb_end(
            link, result,
            result < 0
                ? "The power line could not be worked: %s."
                : "The modem is off: call, PDP context and attach were cut. Coming back costs a boot and an attach, "
                  "20 s or more%s.",
            result < 0 ? strerror(-result) : "");
        mc_link_rest(link);
        return;
    }
    mc_link_walk(link, WALK_UP, MC_STEP_FIND);
}

void mc_link_device_init(struct mc_link *link)
{
    mc_timer_init(&link->port_lost, "link.port-lost", on_port_lost, link);
}
