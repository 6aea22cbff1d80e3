/* SPDX-License-Identifier: MIT */
/* The files of the configuration: every bad input and the very words it is met with. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"
#include <microcat/base/cleanup.h>
#include <microcat/daemon/config.h>

#define APN "[PDP]\nAPN=soracom.io\n"

static char said[8192]; /* what was reported, a line each, with E: or W: */

static void hear(void *ctx, enum mc_log_level level, const char *text)
{
    size_t used = strlen(said);
    snprintf(said + used, sizeof(said) - used, "%s%s\n", level == MC_LOG_ERR ? "E: " : "W: ", text);
}

static const struct {
    const char *text;
    int result;
    const char *said;
} cases[] = {
    {APN, 0, ""},
    {"\xEF\xBB\xBF[PDP]\r\nAPN = soracom.io \r\n\r\n; a comment\r\n# another\r\n", 0, ""},
    {"  [PDP]\n\tAPN=soracom.io\n    User=sora\n", 0, ""},
    {"", -ENODATA, "E: x.conf: [PDP] APN= is missing; for example: APN=soracom.io\n"},
    {"[PDP]\nAPN=soracom.io\nAPN=\n", -ENODATA, "E: x.conf: [PDP] APN= is missing; for example: APN=soracom.io\n"},
    {APN "[PPP]\nMTU=9000\n", -EINVAL,
     "E: x.conf:4: [PPP] MTU=9000 is not allowed: it must be a number from 128 to 1500\n"},
    {APN "[PPP]\nEchoInterval=5 parsecs\n", -EINVAL,
     "E: x.conf:4: [PPP] EchoInterval=5 parsecs is not allowed: it must be a time in whole seconds from 1s to 1h (ms, "
     "s, "
     "min, h, d; a plain number is seconds), or 0 for off\n"},
    {APN "[Probe]\nFailures=3 ; three\n", -EINVAL,
     "E: x.conf:4: [Probe] Failures=3 ; three is not allowed: it must be a number from 1 to 20 (a comment needs a line "
     "of its own, beginning with # or ;)\n"},
    {"[PDP]\nAPN=sora\"com\n", -EINVAL,
     "E: x.conf:2: [PDP] APN=sora\"com is not allowed: it must be an access point name without spaces, quotes, commas "
     "or "
     "backslashes\n"},
    {"[PDP]\nAPN=sora\rcom\n", -EINVAL,
     "E: x.conf:2: [PDP] APN=sora?com is not allowed: it must be an access point name without spaces, quotes, commas "
     "or "
     "backslashes\n"},
    {APN "[SIM]\nPIN=99x\n", -EINVAL, "E: x.conf:4: [SIM] PIN=(not shown) is not allowed: it must be 4 to 8 digits\n"},
    {APN "APM=x\n", 0, "W: x.conf:3: [PDP] APM= is unknown and ignored; did you mean [PDP] APN?\n"},
    {APN "Device=auto\n", 0, "W: x.conf:3: [PDP] Device= is unknown and ignored; did you mean [Modem] Device?\n"},
    {APN "[Pdp]\nUser=x\n", 0, "W: x.conf:4: [Pdp] User= is unknown and ignored; did you mean [PDP] User?\n"},
    {APN "[Weather]\nRain=yes\n", 0, "W: x.conf:4: [Weather] Rain= is unknown and ignored\n"},
    {"APN=x\n" APN, 0, "W: x.conf:1: APN= stands before the first [Section] and is ignored; did you mean [PDP] APN?\n"},
    {APN "[PPP\nMTU\n=3\nMTU=1400\n", -EINVAL,
     "E: x.conf:3: neither [Section], Key=value nor a comment\n"
     "E: x.conf:4: neither [Section], Key=value nor a comment\n"
     "E: x.conf:5: neither [Section], Key=value nor a comment\n"
     "W: x.conf:6: [PDP] MTU= is unknown and ignored; did you mean [PPP] MTU?\n"},
    {"[PDP]\nContextID=0\nType=IPX\nAuthentication=x\n", -EINVAL,
     "E: x.conf:2: [PDP] ContextID=0 is not allowed: it must be a number from 1 to 15\n"
     "E: x.conf:3: [PDP] Type=IPX is not allowed: it must be IP, IPV6 or IPV4V6\n"
     "E: x.conf:4: [PDP] Authentication=x is not allowed: it must be auto, none, pap or chap\n"
     "E: x.conf: [PDP] APN= is missing; for example: APN=soracom.io\n"},
    {APN "[Recovery]\nRedialDelay=1h\nRedialMax=1min\n", -EINVAL,
     "E: x.conf:5: [Recovery] RedialMax= is shorter than RedialDelay=\n"},
    {APN "Authentication=none\nUser=a\n", 0,
     "W: x.conf:4: [PDP] User= and Password= are not used with Authentication=none\n"},
    {APN "Authentication=pap\n", 0,
     "W: x.conf:3: [PDP] Authentication= asks for a user, but User= is empty: the network will see an empty name\n"},
    {APN "Password=a\n", 0,
     "W: x.conf:3: [PDP] Password= is not used without User= (Authentication=auto means none then)\n"},
    {APN "Type=IPV6\n[PPP]\nMTU=1000\n", 0, "W: x.conf:5: [PPP] IPv6 needs an MTU of 1280 at least\n"},
    {APN "[Modem]\nDevice=/dev/ttyACM0\nSerial=1\n", 0,
     "W: x.conf:5: [Modem] Serial= is not used when Device= names a path\n"},
    {APN "[PPP]\nVRF=lte\n", 0, ""},
    {APN "[PPP]\nVRF=lte\nRouteTable=200\n", -EINVAL,
     "E: x.conf:5: [PPP] RouteTable= cannot be set beside VRF=, which has a table of its own\n"},
    {APN "[PPP]\nVRF=lte\nInterface=lte\n", -EINVAL,
     "E: x.conf:4: [PPP] VRF= and Interface= cannot be the same device\n"},
    {APN "[Modem]\nDevice=/dev/ttyACM0\nUsbInterface=2\n", 0,
     "W: x.conf:5: [Modem] UsbInterface= is not used when Device= names a path\n"},
    {APN "[Probe]\nInterval=0\n", 0,
     "W: x.conf:4: [Probe] Interval=0 means that the link is never probed; Method=none would say so\n"},
};

static void bad_input_is_met_with_words(void **state)
{
    for (size_t i = 0; i < MC_LENGTH_OF(cases); i++) {
        struct mc_config *config = NULL;

        *said = '\0';
        int r = mc_config_load_text("x.conf", cases[i].text, strlen(cases[i].text), hear, NULL, &config);
        assert_string_equal(said, cases[i].said);
        assert_int_equal(r, cases[i].result);
        if (r == 0 || r == -ENODATA)
            assert_non_null(config);
        else
            assert_null(config);
        mc_config_free(config);
    }
}

/* The last one wins, an empty value is the default, blanks around are nobody's, signs of comments inside are the
 * value's. */
static void values_are_read_as_written(void **state)
{
    static const char text[] = "[PDP]\nAPN=one\nAPN = two\nUser=a\nPassword= x #y ;z = [q]  \n[PPP]\nMTU=1400\nMTU=\n"
                               "EchoInterval=\n[PDP]\nUser:b";
    struct mc_config *config = NULL;

    *said = '\0';
    assert_int_equal(mc_config_load_text("x", text, strlen(text), hear, NULL, &config), 0);
    assert_string_equal(said, "");
    const struct mc_settings *s = mc_config_settings(config);
    assert_string_equal(s->pdp.apn, "two");
    assert_string_equal(s->pdp.user, "b");
    assert_string_equal(s->pdp.password, "x #y ;z = [q]");
    assert_int_equal(s->ppp.mtu, 0);
    assert_int_equal(s->ppp.echo_interval_ms, 20000);
    assert_string_equal(mc_config_origin(config, mc_config_row_find("PDP", "APN")), "x:3");
    assert_string_equal(mc_config_origin(config, mc_config_row_find("PDP", "Type")), "default");
    mc_config_free(config);
}

/* inih cuts what is longer than its line in two; nothing may be lost in silence at any length. */
static void long_lines_are_refused_whole(void **state)
{
    for (size_t len = 60; len < 4000; len += 1) {
        char text[4200] = "[PDP]\nAPN=soracom.io\n[Modem]\nReset=/";
        struct mc_config *config = NULL;
        size_t head = strlen(text);

        memset(text + head, 'a', len);
        strcpy(text + head + len, "\nBaudRate=9600\n");
        *said = '\0';
        int r = mc_config_load_text("x", text, strlen(text), hear, NULL, &config);
        assert_int_equal(r, len <= 254 ? 0 : -EINVAL);
        if (len > 1100) {
            char expected[100];
            snprintf(expected, sizeof(expected), "E: x:4: the line is too long: %zu bytes, ", len + 7);
            assert_memory_equal(said, expected, strlen(expected));
        }
        assert_null(strchr(said, '\n') ? strchr(strchr(said, '\n') + 1, '\n') : NULL); /* one complaint, not two */
        mc_config_free(config);
    }
}

static void nul_bytes_are_refused(void **state)
{
    static const char text[] = "[PDP]\nAPN=sora\0com\nUser=a\0b\n";
    struct mc_config *config = NULL;

    *said = '\0';
    assert_int_equal(mc_config_load_text("x", text, sizeof(text) - 1, hear, NULL, &config), -EINVAL);
    assert_string_equal(said, "E: x:2: has a NUL byte: this is not a text file\n"
                              "E: x: [PDP] APN= is missing; for example: APN=soracom.io\n");
}

/* Files */

static char dir[SCRATCH_BYTES];

static int make_dir(void **state)
{
    *said = '\0';
    return scratch_make(dir);
}

static int remove_dir(void **state)
{
    return scratch_remove(dir);
}

static void drop_ins_come_after_in_order(void **state)
{
    struct mc_config *config = NULL;

    scratch_write(dir, "a.conf", "[PDP]\nAPN=main\nUser=main\nType=IPV6\n", 0600);
    assert_int_equal(mkdir(scratch_path(dir, "a.conf.d"), 0755), 0);
    scratch_write(dir, "a.conf.d/20-b.conf", "[PDP]\nUser=twenty\n", 0600);
    scratch_write(dir, "a.conf.d/10-a.conf", "[PDP]\nUser=ten\nAPN=ten\n", 0600);
    scratch_write(dir, "a.conf.d/30-c.conf.bak", "[PDP]\nUser=no\n", 0600);
    scratch_write(dir, "a.conf.d/.30-c.conf", "[PDP]\nUser=no\n", 0600);
    assert_int_equal(mc_config_load(scratch_path(dir, "a.conf"), "gw1", hear, NULL, &config), 0);
    assert_string_equal(said, "");
    const struct mc_settings *s = mc_config_settings(config);
    assert_string_equal(s->pdp.apn, "ten");
    assert_string_equal(s->pdp.user, "twenty");
    assert_int_equal(s->pdp.type, MC_PDP_IPV6);
    assert_string_equal(s->control.socket, "/run/microcatd/gw1.sock");
    assert_int_equal(
        strcmp(mc_config_origin(config, mc_config_row_find("PDP", "User")), scratch_path(dir, "a.conf.d/20-b.conf:2")),
        0);
    mc_config_free(config);
}

static void configured_socket_beats_the_instance(void **state)
{
    struct mc_config *config = NULL;

    scratch_write(dir, "a.conf", APN "[Control]\nSocket=/tmp/my.sock\n", 0644);
    assert_int_equal(mc_config_load(scratch_path(dir, "a.conf"), "gw1", hear, NULL, &config), 0);
    assert_string_equal(mc_config_settings(config)->control.socket, "/tmp/my.sock");
    mc_config_free(config);
}

/* @expected begins what is said; an '@' in it stands for the file's path. */
static void expect_load(const char *name, int result, const char *expected)
{
    struct mc_config *config = NULL;
    char text[512] = "";

    *said = '\0';
    assert_int_equal(mc_config_load(scratch_path(dir, name), NULL, hear, NULL, &config), result);
    for (const char *p = expected; *p; p++) {
        if (*p == '@')
            strcat(text, scratch_path(dir, name));
        else
            strncat(text, p, 1);
    }
    assert_memory_equal(said, text, strlen(text));
    mc_config_free(config);
}

static void files_that_cannot_be_read(void **state)
{
    char *big = malloc(300 * 1024);

    assert_non_null(big);
    expect_load("none.conf", -ENOENT, "E: @: cannot be read: No such file or directory\n");
    assert_null(strstr(said, "is missing")); /* what it would have had nobody knows */
    assert_int_equal(mkdir(scratch_path(dir, "folder.conf"), 0755), 0);
    expect_load("folder.conf", -EISDIR, "E: @: cannot be read: Is a directory\n");
    memset(big, '#', 300 * 1024 - 1);
    big[300 * 1024 - 1] = '\0';
    scratch_write(dir, "big.conf", big, 0600);
    free(big);
    expect_load("big.conf", -EFBIG, "E: @: is larger than 256 KiB: this is not a configuration\n");
    scratch_write(dir, "file.conf", APN, 0600);
    scratch_write(dir, "file.conf.d", "not a folder", 0600);
    expect_load("file.conf", -ENOTDIR, "E: @.d: cannot be read: Not a directory\n");
}

static void unreadable_file_is_said(void **state)
{
    scratch_write(dir, "shut.conf", APN, 0000);
    if (geteuid() == 0 && seteuid(65534) < 0)
        skip(); /* root may read everything, and this root may not become somebody else */
    chmod(dir, 0755);
    expect_load("shut.conf", -EACCES, "E: @: cannot be read: Permission denied\n");
    assert_int_equal(seteuid(getuid()), 0);
}

#define REFUSED(who)                                                                                                   \
    "E: @: holds a PIN or a password and can be read by " who ", so it is refused; mend it with: chmod 0600 @\n"
#define FOREIGN_GID 64999 /* of no group that has a name */

static void secrets_that_others_can_read_are_refused(void **state)
{
    static const struct {
        mode_t mode;
        gid_t gid;
        const char *text;
        const char *said; /* NULL: it is taken */
    } rows[] = {
        {0600, 0, "User=a\nPassword=b\n", NULL},
        {0640, 0, "User=a\nPassword=b\n", NULL}, /* root's group */
        {0620, FOREIGN_GID, "User=a\nPassword=b\n", NULL},
        {0640, FOREIGN_GID, "User=a\nPassword=b\n", REFUSED("the group 64999")},
        {0640, FOREIGN_GID, "[SIM]\nPIN=1234\n", REFUSED("the group 64999")},
        {0644, 0, "User=a\nPassword=b\n", REFUSED("everybody")},
        {0604, 0, "User=a\nPassword=b\n", REFUSED("everybody")},
        {0644, 0, "User=a\nPassword=\n", NULL}, /* an empty one is none */
        {0644, 0, "User=a\n#Password=b\n", NULL},
    };

    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        _cleanup_free_ char *text = NULL;
        if (rows[i].gid != 0 && geteuid() != 0)
            continue;
        assert_true(asprintf(&text, APN "%s", rows[i].text) > 0);
        scratch_write(dir, "open.conf", text, rows[i].mode);
        assert_int_equal(chown(scratch_path(dir, "open.conf"), (uid_t)-1, geteuid() == 0 ? rows[i].gid : getegid()), 0);
        assert_int_equal(chmod(scratch_path(dir, "open.conf"), rows[i].mode), 0);
        expect_load("open.conf", rows[i].said ? -EPERM : 0, rows[i].said ? rows[i].said : "");
        if (!rows[i].said)
            assert_string_equal(said, "");
    }
    scratch_write(dir, "drop.conf", APN, 0644);
    assert_int_equal(mkdir(scratch_path(dir, "drop.conf.d"), 0755), 0);
    scratch_write(dir, "drop.conf.d/pin.conf", "[SIM]\nPIN=1234\n", 0644);
    expect_load("drop.conf", -EPERM,
                "E: @.d/pin.conf: holds a PIN or a password and can be read by everybody, so it is refused; mend it "
                "with: chmod 0600 @.d/pin.conf\n");
}

static void credentials_come_last(void **state)
{
    struct mc_config *config = NULL;
    char path[128];

    scratch_write(dir, "c.conf", APN "User=a\nPassword=file\n[SIM]\nPIN=1111\n", 0600);
    assert_int_equal(mkdir(scratch_path(dir, "c.conf.d"), 0755), 0);
    scratch_write(dir, "c.conf.d/x.conf", "[SIM]\nPIN=2222\n", 0600);
    assert_int_equal(mkdir(scratch_path(dir, "creds"), 0700), 0);
    scratch_write(dir, "creds/sim.pin", "3333\n", 0400);
    scratch_write(dir, "creds/pdp.password", " so=#geheim\r\n", 0400);
    scratch_write(dir, "creds/other", "nobody asks for it", 0444);
    setenv("CREDENTIALS_DIRECTORY", scratch_path(dir, "creds"), 1);
    *said = '\0';
    assert_int_equal(mc_config_load(scratch_path(dir, "c.conf"), NULL, hear, NULL, &config), 0);
    assert_string_equal(said, "");
    assert_string_equal(mc_config_settings(config)->sim.pin, "3333");
    assert_string_equal(mc_config_settings(config)->pdp.password, " so=#geheim");
    snprintf(path, sizeof(path), "%s/sim.pin", scratch_path(dir, "creds"));
    assert_string_equal(mc_config_origin(config, mc_config_row_find("SIM", "PIN")), path);
    char *kept = mc_config_keep(config); /* it lies in a file: they do not, and are handed over again */
    assert_null(strstr(kept, "geheim"));
    assert_null(strstr(kept, "3333"));
    assert_non_null(strstr(kept, "PDP.User=a\n"));
    mc_config_free(config);
    assert_int_equal(mc_config_restore(kept, &config), 0);
    free(kept);
    assert_string_equal(mc_config_settings(config)->sim.pin, "3333");
    assert_string_equal(mc_config_settings(config)->pdp.password, " so=#geheim");
    mc_config_free(config);
    unlink(scratch_path(dir, "creds/sim.pin"));
    assert_int_equal(mc_config_load(scratch_path(dir, "c.conf"), NULL, hear, NULL, &config), 0);
    assert_string_equal(mc_config_settings(config)->sim.pin, "2222"); /* one that is not given changes nothing */
    mc_config_free(config);
    setenv("CREDENTIALS_DIRECTORY", "creds", 1); /* systemd says a whole path */
    assert_int_equal(mc_config_load(scratch_path(dir, "c.conf"), NULL, hear, NULL, &config), 0);
    assert_string_equal(mc_config_settings(config)->pdp.password, "file");
    mc_config_free(config);
    unsetenv("CREDENTIALS_DIRECTORY");
}

/* The error says which, and never shows what was in it. */
static void bad_credentials_are_met_with_words(void **state)
{
    static char large[2000];
    static const struct {
        const char *name, *text;
        size_t len;
        mode_t mode;
        int result;
        const char *said;
    } rows[] = {
        {"sim.pin", "12a4\n", 5, 0400, -EINVAL,
         "sim.pin: what is in it is not allowed as [SIM] PIN=: it must be 4 to 8 digits\n"},
        {"sim.pin", "1234\n\n", 6, 0400, -EINVAL,
         "sim.pin: what is in it is not allowed as [SIM] PIN=: it must be 4 to 8 digits\n"},
        {"sim.pin", "123456789", 9, 0400, -EINVAL,
         "sim.pin: what is in it is not allowed as [SIM] PIN=: it must be 4 to 8 digits\n"},
        {"sim.pin", "", 0, 0400, -EINVAL, "sim.pin: is empty\n"},
        {"sim.pin", "\n", 1, 0400, -EINVAL, "sim.pin: is empty\n"},
        {"sim.pin", "1234\0", 5, 0400, -EINVAL, "sim.pin: has a NUL byte in it\n"},
        {"pdp.password", "a\"b", 3, 0400, -EINVAL,
         "pdp.password: what is in it is not allowed as [PDP] Password=: it must be printable ASCII without double "
         "quotes\n"},
        {"pdp.password", large, 200, 0400, -EINVAL,
         "pdp.password: what is in it is not allowed as [PDP] Password=: it must be printable ASCII without double "
         "quotes\n"},
        {"pdp.password", large, 2000, 0400, -EFBIG, "pdp.password: is larger than 1024 bytes: this is no Password\n"},
        {"sim.pin", "1234\n", 5, 0444, -EPERM,
         "sim.pin: holds a PIN or a password and can be read by everybody, so it is refused; mend it with: chmod "
         "0600 "},
    };

    memset(large, 'x', sizeof(large));
    scratch_write(dir, "bad.conf", APN "User=a\n", 0600);
    assert_int_equal(mkdir(scratch_path(dir, "creds"), 0700), 0);
    setenv("CREDENTIALS_DIRECTORY", scratch_path(dir, "creds"), 1);
    for (size_t i = 0; i < MC_LENGTH_OF(rows); i++) {
        struct mc_config *config = NULL;
        char path[64], expected[256];
        snprintf(path, sizeof(path), "creds/%s", rows[i].name);
        FILE *file = fopen(scratch_path(dir, path), "w");
        assert_non_null(file);
        assert_int_equal(fwrite(rows[i].text, 1, rows[i].len, file), rows[i].len);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(chmod(scratch_path(dir, path), rows[i].mode), 0);
        *said = '\0';
        int r = mc_config_load(scratch_path(dir, "bad.conf"), NULL, hear, NULL, &config);
        snprintf(expected, sizeof(expected), "E: %s/%s", scratch_path(dir, "creds"), rows[i].said);
        if (r != rows[i].result || strncmp(said, expected, strlen(expected)) != 0)
            fail_msg("row %zu: %d, %s", i, r, said);
        assert_null(config);
        unlink(scratch_path(dir, path));
    }
    assert_int_equal(mkdir(scratch_path(dir, "creds/sim.pin"), 0700), 0);
    expect_load("bad.conf", -EISDIR, "");
    assert_non_null(strstr(said, "sim.pin: cannot be read: Is a directory"));
    unsetenv("CREDENTIALS_DIRECTORY");
}

static void printing_shows_origins_and_no_secrets(void **state)
{
    _cleanup_free_ char *text = NULL;
    struct mc_config *config = NULL;
    size_t len;

    static const char in[] = APN "User=sora\nPassword=topsecret\n[SIM]\nPIN=4711\n";
    assert_int_equal(mc_config_load_text("x.conf", in, strlen(in), hear, NULL, &config), 0);
    FILE *out = open_memstream(&text, &len);
    mc_config_print(config, out);
    fclose(out);
    assert_null(strstr(text, "topsecret"));
    assert_null(strstr(text, "4711"));
    assert_non_null(
        strstr(text, "\n\n[PDP]\nContextID=1                                  (default)\nAPN=soracom.io  "));
    assert_non_null(strstr(text, "Password=(set)                               (x.conf:4)\n"));
    for (size_t i = 0; i < mc_config_n_rows; i++)
        assert_non_null(strstr(text, mc_config_rows[i].key));
    mc_config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_input_is_met_with_words),
        cmocka_unit_test(values_are_read_as_written),
        cmocka_unit_test(long_lines_are_refused_whole),
        cmocka_unit_test(nul_bytes_are_refused),
        cmocka_unit_test_setup_teardown(drop_ins_come_after_in_order, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(configured_socket_beats_the_instance, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(files_that_cannot_be_read, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(unreadable_file_is_said, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(secrets_that_others_can_read_are_refused, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(credentials_come_last, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(bad_credentials_are_met_with_words, make_dir, remove_dir),
        cmocka_unit_test(printing_shows_origins_and_no_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
