/* SPDX-License-Identifier: MIT */
#include "steps.h"
#include "board.h"
#include "files.h"
#include "repl.h"
#include <microcat/base/cleanup.h>
#include <microcat/io/port.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define QUICK_MS   5000
#define FLASH_MS   15000 /* a block may have to be erased first */
#define RESTART_MS 20000
#define BOOT_MS    30000 /* the modem's, from its power key to the first OK */
#define AT_MS      1000
#define LOOK_MS    10000  /* microcatd's at a board that is no bridge, each 30 s or so: a second or two */
#define BOOT_BAUD  115200 /* the modem's after every boot (767, AT+IPR) */
#define KEY_MS     3500
#define CHUNK      256
#define SPARE      8192 /* the file system's own */

/*
 * The board's side. Names are relative: MicroPython starts in the file system's root. Whatever happens in the middle,
 * the board comes up with its prompt: main.py is put in place last, and by a rename.
 */
static const char prelude[] = "import os,sys,machine,hashlib\n"
                              "from binascii import hexlify,unhexlify\n"
                              "def _x(p):\n"
                              " try:\n"
                              "  os.stat(p)\n"
                              "  return True\n"
                              " except OSError:\n"
                              "  return False\n"
                              "def _h(p):\n"
                              " h=hashlib.sha256()\n"
                              " with open(p,'rb') as f:\n"
                              "  while True:\n"
                              "   b=f.read(512)\n"
                              "   if not b:break\n"
                              "   h.update(b)\n"
                              " return hexlify(h.digest()).decode()\n"
                              "def _d(p):\n"
                              " if not _x(p):return\n"
                              " if os.stat(p)[0]&0x4000:\n"
                              "  for n in os.listdir(p):_d(p+'/'+n)\n"
                              "  os.rmdir(p)\n"
                              " else:os.remove(p)\n"
                              "def _ours():\n"
                              " if not _x('main.py'):return False\n"
                              " with open('main.py','rb') as f:return b'microcat.run()' in f.read(2000)\n";
static const char ask_firmware[] =
    "v=os.statvfs('/')\n"
    "print(sys.implementation.name,'.'.join(str(n) for n in sys.implementation.version[:3]),"
    "int(hasattr(machine,'USBDevice')),v[0]*v[3],"
    "getattr(sys.implementation,'_machine','?'))\n";
static const char begin_new[] = "_d('microcat.new')\n"
                                "_d('main.new')\n"
                                "os.mkdir('microcat.new')\n";
static const char put_in_place[] = "_d('microcat.old')\n"
                                   "_k=_x('main.py') and not _ours()\n"
                                   "if _k:\n"
                                   " _d('main.py.before-microcat')\n"
                                   " os.rename('main.py','main.py.before-microcat')\n"
                                   "if _x('microcat'):os.rename('microcat','microcat.old')\n"
                                   "os.rename('microcat.new','microcat')\n"
                                   "_d('main.py')\n"
                                   "os.rename('main.new','main.py')\n"
                                   "_d('microcat.old')\n"
                                   "print(int(_k))\n";
static const char take_away[] = "if _ours():\n"
                                " os.remove('main.py')\n"
                                " if _x('main.py.before-microcat'):os.rename('main.py.before-microcat','main.py')\n"
                                "for n in ('microcat','microcat.old','microcat.new','main.new'):_d(n)\n"
                                "print(int(_x('main.py')))\n";

/* ---- telling ---- */

static void say(const struct job *job, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(const struct job *job, const char *fmt, ...)
{
    va_list ap;

    printf("%6.1f s  ", (double)(mc_loop_clock_ms() - job->began_ms) / 1000.0);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    fflush(stdout);
}

static int fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int fail(const char *fmt, ...)
{
    va_list ap;

    fputs("microcat-bridge: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return 1;
}

static int fail_open(const char *path, int error)
{
    struct mc_port_holder holder;

    if (error == -EBUSY && mc_port_holder(path, &holder) == 0)
        return fail("%s is used by %s (pid %d): stop it first%s", path, holder.name, (int)holder.pid,
                    !strcmp(holder.name, "microcatd") ? " (systemctl stop microcatd)" : "");
    if (error == -EBUSY)
        return fail("%s is used by another program: stop it first", path);
    if (error == -EACCES || error == -EPERM)
        return fail("%s: permission denied: run this as root", path);
    return fail("%s: %s", path, strerror(-error));
}

/* A step on the board that did not end as it should. */
static int fail_run(const char *doing, int error, const char *said)
{
    if (error == -ENODEV)
        return fail("the board was pulled while %s: plug it in and do it again; its prompt is still there", doing);
    if (error == -ETIMEDOUT)
        return fail("the board does not answer any more while %s: pull it, plug it in, and do it again", doing);
    if (error == -EREMOTEIO && (strstr(said, "ENOSPC") || strstr(said, "[Errno 28]")))
        return fail("no room on the board while %s: remove files from it (the old ones are untouched)", doing);
    return fail("%s failed: %s", doing, error == -EREMOTEIO ? said : strerror(-error));
}

/* ---- the prompt ---- */

static int find(struct job *job, struct mc_device *ret_device)
{
    int r = board_find(job->loop, job->device, ret_device);

    if (r == -ENODEV && job->device)
        return fail("there is no %s", job->device);
    if (r == -ENODEV)
        return fail("no MicroCat.1 (USB %s) is plugged in; another tty is named by --device=", BOARD_USB_IDS);
    if (r < 0)
        return fail("looking for the board: %s", strerror(-r));
    say(job, "found %s%s%s%s%s", ret_device->path, *ret_device->product ? " " : "", ret_device->product,
        *ret_device->serial ? " " : "", ret_device->serial);
    return 0;
}

/* A board that is just restarting (for the command before this one) goes between being found and being opened. */
static int open_again(struct job *job, const char *path, int error, struct repl **ret_repl)
{
    if (error != -ENOENT && error != -ENODEV && error != -ENXIO)
        return error;
    say(job, "%s is gone again: waiting for it to come back", path);
    int r = board_wait_back(job->loop, path, RESTART_MS);
    return r < 0 ? error : repl_open(job->loop, path, ret_repl);
}

/* microcatd looks now and then whether the board has become a bridge, ModemManager whether it is a modem, and each lets
 * go of it. Who keeps it, uses it. */
static int open_behind_others(struct job *job, const char *path, struct repl **ret_repl)
{
    const int64_t until_ms = mc_loop_clock_ms() + LOOK_MS;
    struct mc_port_holder holder;
    bool told = false;
    int r;

    while ((r = repl_open(job->loop, path, ret_repl)) == -EBUSY && mc_loop_clock_ms() < until_ms) {
        if (!told && mc_port_holder(path, &holder) == 0)
            say(job, "%s is used by %s (pid %d): waiting whether it lets go", path, holder.name, (int)holder.pid);
        told = true;
        poll(NULL, 0, 100);
    }
    return r;
}

static int open_prompt(struct job *job, const char *path, struct repl **ret_repl)
{
    char said[512];
    int r = open_behind_others(job, path, ret_repl);

    if (r < 0)
        r = open_again(job, path, r, ret_repl);
    if (r < 0)
        return fail_open(path, r);
    r = repl_enter(*ret_repl);
    if (r == 0)
        r = repl_run(*ret_repl, prelude, QUICK_MS, said, sizeof(said));
    if (r == 0)
        return 0;
    repl_close(*ret_repl);
    *ret_repl = NULL;
    if (r == -EPROTO)
        return fail("what answers on %s is no MicroPython prompt: is this the right tty (--device=)?", path);
    if (r == -ETIMEDOUT)
        return fail(
            "nobody answers on %s: is this the right tty (--device=)? A board that hangs is pulled and plugged in",
            path);
    return fail_run("asking for the prompt", r, said);
}

/* Is it a board that can be a bridge, with room for @bytes? */
static int check_firmware(struct job *job, struct repl *repl, size_t bytes)
{
    char text[512], name[32] = "", version[32] = "", machine[128] = "";
    int usb_device = 0;
    long long room = 0;
    int r = repl_run(repl, ask_firmware, QUICK_MS, text, sizeof(text));

    if (r < 0)
        return fail_run("asking for the firmware", r, text);
    if (sscanf(text, "%31s %31s %d %lld %127[^\r\n]", name, version, &usb_device, &room, machine) != 5)
        return fail("the board's answer is not understood: %s", text);
    say(job, "%s %s on %s, %lld kB free", name, version, machine, room / 1000);
    if (strcmp(name, "micropython") != 0 || !strstr(machine, "RP2350"))
        return fail(
            "this is another board or firmware (%s on %s): the bridge is for MicroPython on a MicroCat.1 (RP2350)",
            name, machine);
    if (!usb_device)
        return fail("this firmware has no machine.USBDevice: install MicroPython 1.27 as the maker ships it, or newer");
    if (room < (long long)bytes + SPARE)
        return fail("no room on the board: %lld bytes free, %zu needed; remove files from it", room, bytes + SPARE);
    return 0;
}

/* ---- copying ---- */

static void name_on_board(const char *path, char *out, size_t out_bytes)
{
    const char *slash = strchr(path, '/');

    if (slash)
        snprintf(out, out_bytes, "microcat.new/%s", slash + 1);
    else
        snprintf(out, out_bytes, "main.new");
}

static int copy_data(struct repl *repl, const struct files_entry *entry, char *said, size_t said_bytes)
{
    static const char digits[] = "0123456789abcdef";
    char code[CHUNK * 2 + 64];
    int r = 0;

    for (size_t at = 0; r == 0 && at < entry->len; at += CHUNK) {
        size_t n = entry->len - at < CHUNK ? entry->len - at : CHUNK;
        char *out = code + sprintf(code, "_n=_f.write(unhexlify('");

        for (size_t i = 0; i < n; i++) {
            *out++ = digits[(unsigned char)entry->data[at + i] >> 4];
            *out++ = digits[(unsigned char)entry->data[at + i] & 15];
        }
        strcpy(out, "'))\n");
        r = repl_run(repl, code, FLASH_MS, said, said_bytes);
    }
    return r;
}

static int copy_one(struct repl *repl, const struct files_entry *entry)
{
    char name[96], code[256], said[512], doing[128];

    name_on_board(entry->path, name, sizeof(name));
    snprintf(doing, sizeof(doing), "copying %s", entry->path);
    snprintf(code, sizeof(code), "_f=open('%s','wb')\n", name);
    int r = repl_run(repl, code, FLASH_MS, said, sizeof(said));
    if (r == 0)
        r = copy_data(repl, entry, said, sizeof(said));
    if (r == 0)
        r = repl_run(repl, "_f.close()\n", FLASH_MS, said, sizeof(said));
    snprintf(code, sizeof(code), "print(_h('%s'))\n", name);
    if (r == 0)
        r = repl_run(repl, code, QUICK_MS, said, sizeof(said));
    if (r < 0)
        return fail_run(doing, r, said);
    if (strncmp(said, entry->sum, strlen(entry->sum)) != 0)
        return fail("%s arrived damaged: do it again (nothing on the board was changed)", entry->path);
    return 0;
}

static int copy_all(struct job *job, struct repl *repl, const struct files *files)
{
    char said[512];
    int r = repl_run(repl, begin_new, FLASH_MS, said, sizeof(said));

    if (r < 0)
        return fail_run("making room for the new files", r, said);
    for (size_t i = 0; i < files->n; i++)
        if (copy_one(repl, &files->entries[i]) != 0)
            return 1;
    say(job, "%zu files copied, %zu bytes, checksums right", files->n, files->bytes);
    r = repl_run(repl, put_in_place, FLASH_MS, said, sizeof(said));
    if (r < 0)
        return fail_run("putting the files in place", r, said);
    say(job, "in place%s", *said == '1' ? "; the main.py that was there is main.py.before-microcat now" : "");
    return 0;
}

/* ---- restart, and the modem ---- */

static int restart(struct job *job, struct repl **repl)
{
    int r = repl_leave_with(*repl, "machine.reset()\n");

    repl_close(*repl);
    *repl = NULL;
    if (r < 0 && r != -ENODEV)
        return fail("the board could not be restarted: %s", strerror(-r));
    say(job, "restarting the board");
    return 0;
}

/*
 * Speeds that this series can be at (767, AT+IPR; modem/finder.c asks at the same ones): that of its boot first, and
 * longest; then what somebody's AT+IPR may have left. microcatd's BaudRate= outlives its end, and a restart of the
 * board, too. The first AT at the right speed ends the line that those at wrong ones began: it takes a second one.
 */
static const struct speed {
    uint32_t baud;
    unsigned tries;
    int64_t wait_ms;
} speeds[] = {{BOOT_BAUD, 3, AT_MS}, {460800, 2, AT_MS / 2}, {230400, 2, AT_MS / 2}, {57600, 2, AT_MS / 2},
              {38400, 2, AT_MS / 2}, {19200, 2, AT_MS / 2},  {9600, 2, AT_MS / 2}};

static int answers_at(struct repl *repl, const struct speed *speed)
{
    int r = repl_set_baud(repl, speed->baud);

    if (r < 0)
        return r == -ENODEV ? r : -ETIMEDOUT; /* what this tty cannot do, the modem is not at */
    r = -ETIMEDOUT;
    for (unsigned i = 0; r == -ETIMEDOUT && i < speed->tries; i++)
        r = repl_ask(repl, "AT\r", "OK\r\n", speed->wait_ms);
    return r;
}

/* Asks at each speed, once at least, and as long as that. The modem's own speed stays as it is. */
static int answers(struct repl *repl, int64_t for_ms, uint32_t *ret_baud)
{
    int64_t until_ms = mc_loop_clock_ms() + for_ms;
    int r = -ETIMEDOUT;

    do {
        for (size_t i = 0; r == -ETIMEDOUT && i < MC_LENGTH_OF(speeds); i++) {
            r = answers_at(repl, &speeds[i]);
            *ret_baud = speeds[i].baud;
        }
    } while (r == -ETIMEDOUT && mc_loop_clock_ms() < until_ms);
    return r;
}

static int prove_at(struct job *job, const char *path)
{
    struct mc_port_holder holder;
    struct repl *modem;
    uint32_t baud;
    int r = repl_open(job->loop, path, &modem);

    if (r == -EBUSY && mc_port_holder(path, &holder) == 0 && !strcmp(holder.name, "microcatd")) {
        say(job, "microcatd has taken %s: `microcatctl status` tells the rest", path);
        return 0;
    }
    if (r < 0)
        return fail_open(path, r);
    r = answers(modem, 0, &baud); /* also where DSR says off: the key would switch off one that is on */
    if (r == -ETIMEDOUT && repl_dsr(modem) == 0) {
        say(job, "the modem is off: pressing its power key");
        repl_break(modem, KEY_MS);
    }
    if (r == -ETIMEDOUT)
        r = answers(modem, BOOT_MS, &baud);
    repl_close(modem);
    if (r == -ETIMEDOUT)
        return fail("the bridge is there, but the modem does not answer AT on %s at any speed: is its power supply "
                    "enough?",
                    path);
    if (r < 0)
        return fail("%s: %s", path, strerror(-r));
    say(job, "the modem answers AT on %s, at %u bit/s", path, (unsigned)baud);
    return 0;
}

static int meet_modem(struct job *job, const struct mc_device *board)
{
    struct mc_device modem = {0};
    int r;

    if (job->modem) {
        snprintf(modem.path, sizeof(modem.path), "%s", job->modem);
        r = board_wait_back(job->loop, job->modem, RESTART_MS);
    } else {
        r = board_wait_modem(job->loop, board->serial, RESTART_MS, &modem);
    }
    if (r < 0)
        return fail(
            "the board did not come back with a tty named \"%s\" within %d s: look at its prompt, where the bridge "
            "says what went wrong",
            MC_DEVICE_INTERFACE, RESTART_MS / 1000);
    say(job, "the bridge is there: %s", modem.path);
    return prove_at(job, modem.path);
}

/* ---- verbs ---- */

static int load(const struct job *job, struct files *files)
{
    int r = files_load(job->directory, files);

    return r < 0 ? fail("%s: the bridge's files cannot be read: %s", job->directory, strerror(-r)) : 0;
}

int job_install(struct job *job)
{
    struct mc_device board;
    struct repl *repl = NULL;
    struct files files;
    int r = load(job, &files);

    if (r == 0)
        r = find(job, &board);
    if (r == 0)
        r = open_prompt(job, board.path, &repl);
    if (r == 0)
        r = check_firmware(job, repl, files.bytes);
    if (r == 0)
        r = copy_all(job, repl, &files);
    if (r == 0)
        r = restart(job, &repl);
    if (r == 0)
        r = meet_modem(job, &board);
    repl_close(repl);
    files_free(&files);
    return r;
}

/* How many of the files are on the board as they are here. */
static int compare(struct job *job, struct repl *repl, const struct files *files, size_t *ret_same)
{
    char code[256], said[512];

    *ret_same = 0;
    for (size_t i = 0; i < files->n; i++) {
        const struct files_entry *entry = &files->entries[i];
        snprintf(code, sizeof(code), "print(_h('%s') if _x('%s') else 'missing')\n", entry->path, entry->path);
        int r = repl_run(repl, code, QUICK_MS, said, sizeof(said));
        if (r < 0)
            return fail_run("comparing the files", r, said);
        bool same = strncmp(said, entry->sum, strlen(entry->sum)) == 0;
        *ret_same += same;
        if (!same)
            say(job, "%s is %s", entry->path, strncmp(said, "missing", 7) ? "another one" : "missing");
    }
    return 0;
}

/*
 * Is the board's modem tty there? Also of a board that was named by its prompt. What is no USB device has no serial
 * number, and then any board's would be found: there only --modem= tells.
 */
static bool is_at_work(struct job *job, const struct mc_device *board, struct mc_device *ret_modem)
{
    if (job->modem && access(job->modem, F_OK) == 0) {
        *ret_modem = (struct mc_device){0};
        snprintf(ret_modem->path, sizeof(ret_modem->path), "%s", job->modem);
        return true;
    }
    return (!job->device || *board->serial) && board_has_modem(job->loop, board->serial, ret_modem);
}

/* A bridge at work is not stopped for curiosity: that would cut the link. */
int job_check(struct job *job)
{
    struct mc_device board, modem;
    struct repl *repl = NULL;
    struct files files;
    size_t same = 0;
    int r = load(job, &files);

    if (r == 0)
        r = find(job, &board);
    if (r == 0 && is_at_work(job, &board, &modem)) {
        say(job, "the bridge is at work: %s", modem.path);
        files_free(&files);
        return prove_at(job, modem.path);
    }
    if (r == 0)
        r = open_prompt(job, board.path, &repl);
    if (r == 0)
        r = check_firmware(job, repl, 0);
    if (r == 0)
        r = compare(job, repl, &files, &same);
    if (r == 0 && same == files.n)
        say(job, "the bridge %s is on the board", MICROCAT_VERSION);
    else if (r == 0)
        r = fail("%zu of %zu files are as they should be: microcat-bridge install", same, files.n);
    if (repl)
        repl_leave_with(repl, "machine.reset()\n"); /* what ran before runs again */
    repl_close(repl);
    files_free(&files);
    return r;
}

int job_remove(struct job *job)
{
    struct mc_device board;
    struct repl *repl = NULL;
    char said[512];
    int r = find(job, &board);

    if (r == 0)
        r = open_prompt(job, board.path, &repl);
    if (r == 0) {
        r = repl_run(repl, take_away, FLASH_MS, said, sizeof(said));
        if (r < 0)
            r = fail_run("removing the bridge", r, said);
        else
            say(job, "removed; %s",
                *said == '1' ? "the main.py from before is in its place" : "there is no main.py now");
    }
    if (r == 0)
        r = restart(job, &repl);
    repl_close(repl);
    return r;
}
