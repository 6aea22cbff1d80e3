/* SPDX-License-Identifier: MIT */
#define SD_JOURNAL_SUPPRESS_LOCATION /* this file's own lines would say nothing */
#include <microcat/base/cleanup.h>
#include <microcat/base/hash.h>
#include <microcat/daemon/journal.h>
#include <microcat/daemon/message_id.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <time.h>

#define MESSAGE_BYTES 4096
#define FIELD_BYTES   320
#define N_FIELDS      16

/* Lines that come again and again with others in between: so many of one in so long are written, more are counted. */
#define FLOOD_LINES     30
#define FLOOD_WINDOW_MS 60000
#define FLOOD_KINDS     32

static struct {
    bool journal;
    char instance[64], device[128], state[16];
    /* the last message, to be counted when it comes again */
    char last[MESSAGE_BYTES];
    enum mc_log_level last_level;
    unsigned long repeated, said; /* times it came again, and how many of these were told */
    struct seen {
        uint64_t key;          /* of level and message; 0: free */
        int64_t since_ms;      /* of its window */
        unsigned long n, said; /* came in the window; how many of those that were not written were told */
        enum mc_log_level level;
        char start[100]; /* of the message, to tell what is counted */
    } seen[FLOOD_KINDS];
} sink;

struct entry {
    char text[N_FIELDS][FIELD_BYTES];
    char message[MESSAGE_BYTES + 8];
    struct iovec iov[N_FIELDS + 1];
    int n;
};

bool mc_journal_is_there(void)
{
    unsigned long long device, inode;
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;

    if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2 || fstat(STDERR_FILENO, &st) < 0)
        return false;
    return st.st_dev == (dev_t)device && st.st_ino == (ino_t)inode;
}

static void add_field(struct entry *entry, const char *key, const char *value)
{
    if (!value || !*value || entry->n >= N_FIELDS)
        return;
    char *text = entry->text[entry->n];
    snprintf(text, FIELD_BYTES, "%s=%s", key, value);
    entry->iov[entry->n++] = (struct iovec){.iov_base = text, .iov_len = strlen(text)};
}

static int to_journal(enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields, const char *message)
{
    struct entry entry = {.n = 0};
    const char priority[] = {(char)('0' + (int)level), '\0'};

    add_field(&entry, "PRIORITY", priority);
    add_field(&entry, "SYSLOG_IDENTIFIER", "microcatd");
    add_field(&entry, "MICROCAT_INSTANCE", sink.instance);
    add_field(&entry, "MICROCAT_DEVICE", sink.device);
    add_field(&entry, "MICROCAT_STATE", sink.state);
    for (size_t i = 0; i < n_fields; i++)
        add_field(&entry, fields[i].key, fields[i].value);
    int len = snprintf(entry.message, sizeof(entry.message), "MESSAGE=%s", message);
    entry.iov[entry.n++] = (struct iovec){.iov_base = entry.message, .iov_len = (size_t)len};
    return sd_journal_sendv(entry.iov, entry.n);
}

static void put(enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields, const char *message)
{
    static const char *const words[] = {
        [MC_LOG_ERR] = "error", [MC_LOG_WARNING] = "warning", [MC_LOG_NOTICE] = "notice",
        [MC_LOG_INFO] = "info", [MC_LOG_DEBUG] = "debug",
    };

    if (sink.journal && to_journal(level, fields, n_fields, message) >= 0)
        return;
    if (sink.journal) /* the stream understands the level in front, too */
        fprintf(stderr, "<%d>%s\n", (int)level, message);
    else
        fprintf(stderr, "microcatd: %s: %s\n", words[level], message);
}

static void tell_repeated(void)
{
    char text[80];

    if (sink.repeated == sink.said)
        return;
    snprintf(text, sizeof(text), "(the last message came %lu more times)", sink.repeated - sink.said);
    sink.said = sink.repeated;
    put(sink.last_level, NULL, 0, text);
}

static bool is_power_of_ten(unsigned long n)
{
    while (n >= 10 && n % 10 == 0)
        n /= 10;
    return n == 1;
}

/* ---- lines in turns ---- */

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t key_of(enum mc_log_level level, const char *message)
{
    uint64_t key = mc_fnv1a(MC_FNV1A_BASIS ^ (uint64_t)level, message);
    return key ? key : 1;
}

static void tell_counted(struct seen *seen)
{
    char text[200];
    unsigned long counted = seen->n > FLOOD_LINES ? seen->n - FLOOD_LINES : 0;
    if (counted == seen->said)
        return;
    snprintf(text, sizeof(text), "(came %lu more times within a minute: %s)", counted - seen->said, seen->start);
    seen->said = counted;
    put(seen->level, NULL, 0, text);
}

/* Its own place, else the one whose window is the oldest. */
static struct seen *place_of(uint64_t key)
{
    struct seen *oldest = &sink.seen[0];
    for (size_t i = 0; i < FLOOD_KINDS; i++) {
        if (sink.seen[i].key == key)
            return &sink.seen[i];
        if (sink.seen[i].since_ms < oldest->since_ms)
            oldest = &sink.seen[i];
    }
    return oldest;
}

static bool floods(enum mc_log_level level, const char *message)
{
    uint64_t key = key_of(level, message);
    int64_t now_ms = clock_ms();
    struct seen *seen = place_of(key);
    if (seen->key != key || now_ms - seen->since_ms >= FLOOD_WINDOW_MS) {
        tell_counted(seen);
        *seen = (struct seen){.key = key, .since_ms = now_ms, .n = 1, .level = level};
        snprintf(seen->start, sizeof(seen->start), "%.99s", message);
        return false;
    }
    if (++seen->n <= FLOOD_LINES)
        return false;
    if (is_power_of_ten(seen->n - FLOOD_LINES) && seen->n - FLOOD_LINES >= 10)
        tell_counted(seen);
    return true;
}

static void take(void *ctx, enum mc_log_level level, const struct mc_log_field *fields, size_t n_fields,
                 const char *message)
{
    if (level == sink.last_level && strcmp(message, sink.last) == 0) {
        if (is_power_of_ten(++sink.repeated) && sink.repeated >= 10)
            tell_repeated();
        return;
    }
    if (floods(level, message))
        return;
    tell_repeated();
    snprintf(sink.last, sizeof(sink.last), "%s", message);
    sink.last_level = level;
    sink.repeated = sink.said = 0;
    put(level, fields, n_fields, message);
}

void mc_journal_start(const char *instance)
{
    memset(&sink, 0, sizeof(sink));
    sink.journal = mc_journal_is_there();
    snprintf(sink.instance, sizeof(sink.instance), "%s", instance ? instance : "");
    mc_log_set_sink(take, NULL);
}

void mc_journal_stop(void)
{
    tell_repeated();
    for (size_t i = 0; i < FLOOD_KINDS; i++)
        tell_counted(&sink.seen[i]);
    mc_log_set_sink(NULL, NULL);
}

void mc_journal_set_device(const char *path)
{
    snprintf(sink.device, sizeof(sink.device), "%s", path ? path : "");
}

void mc_journal_set_state(enum mc_state state)
{
    const char *name = mc_strtab_name(&mc_state_names, (int)state);

    snprintf(sink.state, sizeof(sink.state), "%s", name ? name : "");
}

void mc_journal_fault(enum mc_fault fault, const char *detail)
{
    const struct mc_fault_info *info = mc_fault_info(fault);
    char id[MC_MESSAGE_ID_BYTES];
    const struct mc_log_field fields[] = {
        {"MICROCAT_FAULT", info->code},
        {"MESSAGE_ID", mc_message_id(info->code, id)},
    };

    mc_log_with(MC_LOG_WARNING, fields, MC_LENGTH_OF(fields), "fault %s: %s%s%s%s", info->code, info->text,
                *detail ? " (" : "", detail, *detail ? ")" : "");
}
