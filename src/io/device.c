/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <libudev.h>
#include <microcat/base/cleanup.h>
#include <microcat/base/log.h>
#include <microcat/base/parse.h>
#include <microcat/io/device.h>
#include <microcat/io/pathwatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATIENCE_MS 3000 /* for udevd to finish with a new device; then it is taken as it is */

/* A tty that would do. */
struct candidate {
    struct mc_device device;
    char usb_path[256]; /* sysfs path of the USB device, orders several boards */
    uint64_t interface; /* orders the ttys of a composite device */
    char interface_name[64];
    dev_t number;
    bool ready; /* udevd is done with it */
};

struct mc_device_watch {
    struct mc_loop *loop;
    char *path, *usb_ids, *usb_serial, *usb_interface; /* path NULL: by identity */
    struct mc_device_events events;
    void *ctx;
    struct udev *udev;
    struct udev_monitor *monitor;
    struct mc_watch monitor_watch;
    struct mc_pathwatch *pathwatch;
    struct mc_timer look;
    struct mc_timer patience;
    bool impatient;
    bool present;  /* on_added was called for current */
    bool vanished; /* current went away since, whatever is there now */
    struct candidate current;
};

static void unref_devicep(struct udev_device **device)
{
    udev_device_unref(*device);
}

static void unref_enumeratep(struct udev_enumerate **enumerate)
{
    udev_enumerate_unref(*enumerate);
}

static bool udevd_runs(void)
{
    return access("/run/udev/control", F_OK) == 0;
}

static void copy_attribute(struct udev_device *device, const char *name, char *out, size_t out_bytes)
{
    const char *value = device ? udev_device_get_sysattr_value(device, name) : NULL;

    snprintf(out, out_bytes, "%s", value && mc_parse_utf8(value, strlen(value)) == 0 ? value : "");
}

/* What sysfs says about a tty; the USB members stay empty for one that is not on USB. */
static void describe(struct udev_device *tty, struct candidate *ret)
{
    struct udev_device *usb = udev_device_get_parent_with_subsystem_devtype(tty, "usb", "usb_device");
    struct udev_device *interface = udev_device_get_parent_with_subsystem_devtype(tty, "usb", "usb_interface");
    const char *node = udev_device_get_devnode(tty);
    char number[8];

    *ret = (struct candidate){.number = udev_device_get_devnum(tty)};
    ret->ready = !udevd_runs() || udev_device_get_is_initialized(tty);
    snprintf(ret->device.path, sizeof(ret->device.path), "%s", node ? node : "");
    snprintf(ret->usb_path, sizeof(ret->usb_path), "%s", usb ? udev_device_get_syspath(usb) : "");
    copy_attribute(usb, "idVendor", ret->device.vendor_id, sizeof(ret->device.vendor_id));
    copy_attribute(usb, "idProduct", ret->device.product_id, sizeof(ret->device.product_id));
    copy_attribute(usb, "serial", ret->device.serial, sizeof(ret->device.serial));
    copy_attribute(usb, "product", ret->device.product, sizeof(ret->device.product));
    copy_attribute(interface, "bInterfaceNumber", number, sizeof(number));
    mc_parse_hex(number, UINT64_MAX, &ret->interface);
    /* The string belongs to the control interface, which is the tty's parent in cdc_acm. */
    copy_attribute(interface, "interface", ret->interface_name, sizeof(ret->interface_name));
    ret->device.bridge = strcmp(ret->interface_name, MC_DEVICE_INTERFACE) == 0;
}

static bool is_wanted_interface(const struct mc_device_watch *watch, const struct candidate *candidate)
{
    int64_t number;

    if (!watch->usb_interface[0])
        return true;
    if (mc_parse_int(watch->usb_interface, 0, 255, &number) == 0)
        return (uint64_t)number == candidate->interface;
    return strcmp(watch->usb_interface, candidate->interface_name) == 0;
}

static bool is_wanted(const struct mc_device_watch *watch, const struct candidate *candidate)
{
    return candidate->device.path[0] &&
           mc_device_match_ids(watch->usb_ids, candidate->device.vendor_id, candidate->device.product_id) &&
           (!watch->usb_serial[0] || strcmp(watch->usb_serial, candidate->device.serial) == 0) &&
           is_wanted_interface(watch, candidate);
}

static bool is_before(const struct candidate *a, const struct candidate *b)
{
    int order = strcmp(a->usb_path, b->usb_path);

    if (order != 0)
        return order < 0;
    return a->device.bridge != b->device.bridge ? a->device.bridge : a->interface < b->interface;
}

/* Is @better what @kept would have been, had it been there in time? */
static bool is_better_sister(const struct candidate *better, const struct candidate *kept)
{
    return better->device.bridge && !kept->device.bridge && strcmp(better->usb_path, kept->usb_path) == 0;
}

static bool is_same(const struct candidate *a, const struct candidate *b)
{
    return a->number == b->number && strcmp(a->usb_path, b->usb_path) == 0 &&
           strcmp(a->device.path, b->device.path) == 0;
}

/* The tty that would be taken now: the one we have, as long as it is there, else the first. */
static bool find_by_identity(struct mc_device_watch *watch, struct candidate *ret)
{
    _cleanup_(unref_enumeratep) struct udev_enumerate *all = udev_enumerate_new(watch->udev);
    struct udev_list_entry *entry;
    struct candidate candidate, kept, sister;
    bool found = false, keep = false, better = false;

    if (!all || udev_enumerate_add_match_subsystem(all, "tty") < 0 || udev_enumerate_scan_devices(all) < 0)
        return false;
    udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(all))
    {
        const char *name = udev_list_entry_get_name(entry);
        _cleanup_(unref_devicep) struct udev_device *tty = udev_device_new_from_syspath(watch->udev, name);
        if (!tty)
            continue; /* went away meanwhile */
        describe(tty, &candidate);
        if (!is_wanted(watch, &candidate))
            continue;
        if (watch->present && !watch->vanished && is_same(&candidate, &watch->current)) {
            kept = candidate;
            keep = true;
        }
        if (watch->present && is_better_sister(&candidate, &watch->current)) {
            sister = candidate;
            better = true;
        }
        if (!found || is_before(&candidate, ret))
            *ret = candidate;
        found = true;
    }
    if (keep)
        *ret = better ? sister : kept;
    return found;
}

static bool find_by_path(struct mc_device_watch *watch, struct candidate *ret)
{
    struct stat st;

    if (stat(watch->path, &st) < 0 || !S_ISCHR(st.st_mode))
        return false;
    _cleanup_(unref_devicep) struct udev_device *tty = udev_device_new_from_devnum(watch->udev, 'c', st.st_rdev);
    if (tty)
        describe(tty, ret);
    else
        *ret = (struct candidate){.ready = true}; /* a pty: sysfs knows nothing of it */
    ret->number = st.st_rdev;
    snprintf(ret->device.path, sizeof(ret->device.path), "%s", watch->path);
    return true;
}

static bool find(struct mc_device_watch *watch, struct candidate *ret)
{
    bool found = watch->path ? find_by_path(watch, ret) : find_by_identity(watch, ret);

    if (!found || ret->ready || watch->impatient) {
        mc_timer_disarm(&watch->patience);
        watch->impatient = watch->impatient && found;
        return found;
    }
    if (!mc_timer_armed(&watch->patience))
        mc_timer_arm(&watch->patience, mc_loop_timers(watch->loop), PATIENCE_MS);
    return watch->present && !watch->vanished && is_same(ret, &watch->current);
}

/* Compares what is there with what was told. A call back is the last thing done: it may free the watch. */
static void on_look(void *ctx)
{
    struct mc_device_watch *watch = ctx;
    struct candidate candidate;
    bool found = find(watch, &candidate);

    if (watch->present && (watch->vanished || !found || !is_same(&candidate, &watch->current))) {
        watch->present = watch->vanished = false;
        if (found)
            mc_device_watch_recheck(watch);
        watch->events.on_removed(watch->ctx);
        return;
    }
    watch->vanished = false;
    if (!watch->present && found) {
        watch->present = true;
        watch->current = candidate;
        watch->events.on_added(watch->ctx, &candidate.device);
    }
}

static void on_patience_over(void *ctx)
{
    struct mc_device_watch *watch = ctx;

    watch->impatient = true;
    mc_debug("udevd has not finished with the device in %d ms: taking it as it is", PATIENCE_MS);
    mc_device_watch_recheck(watch);
}

static void on_uevent(void *ctx, int fd, unsigned ready)
{
    struct mc_device_watch *watch = ctx;
    _cleanup_(unref_devicep) struct udev_device *tty = udev_monitor_receive_device(watch->monitor);
    const char *action = tty ? udev_device_get_action(tty) : NULL;

    if (!action)
        return;
    if (strcmp(action, "remove") == 0 && watch->present && udev_device_get_devnum(tty) == watch->current.number)
        watch->vanished = true;
    mc_device_watch_recheck(watch);
}

static void on_path(void *ctx, bool vanished)
{
    struct mc_device_watch *watch = ctx;

    watch->vanished |= vanished;
    mc_device_watch_recheck(watch);
}

/* Events come from udevd when it runs (its rules are done by then), else from the kernel itself. */
static int start_monitor(struct mc_device_watch *watch)
{
    watch->monitor = udev_monitor_new_from_netlink(watch->udev, udevd_runs() ? "udev" : "kernel");
    if (!watch->monitor)
        return errno ? -errno : -EIO;
    int r = udev_monitor_filter_add_match_subsystem_devtype(watch->monitor, "tty", NULL);
    if (r >= 0)
        r = udev_monitor_enable_receiving(watch->monitor);
    if (r < 0)
        return r;
    return mc_watch_add(&watch->monitor_watch, watch->loop, udev_monitor_get_fd(watch->monitor), MC_WATCH_READ,
                        on_uevent, watch);
}

static int start_watching(struct mc_device_watch *watch)
{
    int r = start_monitor(watch);

    if (!watch->path)
        return r;
    if (r < 0)
        mc_debug("no hot-plug news (%s): only the path is watched", strerror(-r));
    return mc_pathwatch_new(watch->loop, watch->path, on_path, watch, &watch->pathwatch);
}

static int copy_want(struct mc_device_watch *watch, const struct mc_device_want *want)
{
    if (want->path ? want->path[0] != '/' || strlen(want->path) >= sizeof(watch->current.device.path)
                   : mc_device_check_ids(want->usb_ids) < 0)
        return -EINVAL;
    watch->path = want->path ? strdup(want->path) : NULL;
    watch->usb_ids = strdup(want->usb_ids ? want->usb_ids : "");
    watch->usb_serial = strdup(want->usb_serial ? want->usb_serial : "");
    watch->usb_interface = strdup(want->usb_interface ? want->usb_interface : "");
    bool all = watch->usb_ids && watch->usb_serial && watch->usb_interface && (watch->path || !want->path);
    return all ? 0 : -ENOMEM;
}

int mc_device_watch_new(struct mc_loop *loop, const struct mc_device_want *want, const struct mc_device_events *events,
                        void *ctx, struct mc_device_watch **ret_watch)
{
    struct mc_device_watch *watch = calloc(1, sizeof(*watch));

    if (!watch)
        return -ENOMEM;
    watch->loop = loop;
    watch->events = *events;
    watch->ctx = ctx;
    mc_timer_init(&watch->look, "device-look", on_look, watch);
    mc_timer_init(&watch->patience, "device-patience", on_patience_over, watch);
    int r = copy_want(watch, want);
    if (r == 0) {
        watch->udev = udev_new();
        r = watch->udev ? start_watching(watch) : -ENOMEM;
    }
    if (r < 0) {
        mc_device_watch_free(watch);
        return r;
    }
    mc_device_watch_recheck(watch);
    *ret_watch = watch;
    return 0;
}

void mc_device_watch_free(struct mc_device_watch *watch)
{
    if (!watch)
        return;
    mc_timer_disarm(&watch->look);
    mc_timer_disarm(&watch->patience);
    mc_watch_remove(&watch->monitor_watch);
    mc_pathwatch_free(watch->pathwatch);
    udev_monitor_unref(watch->monitor);
    udev_unref(watch->udev);
    free(watch->path);
    free(watch->usb_ids);
    free(watch->usb_serial);
    free(watch->usb_interface);
    free(watch);
}

void mc_device_watch_recheck(struct mc_device_watch *watch)
{
    if (!mc_timer_armed(&watch->look))
        mc_timer_arm(&watch->look, mc_loop_timers(watch->loop), 0);
}

const struct mc_device *mc_device_watch_current(const struct mc_device_watch *watch)
{
    return watch->present ? &watch->current.device : NULL;
}
