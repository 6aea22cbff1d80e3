/* SPDX-License-Identifier: MIT */

/* The plugin itself, compiled against pppd 2.4.9's headers or a mock of 2.5's, between a mock pppd and a real socket.
 */

#include "mock_pppd.h"
#include "scratch.h"

#include <microcat/ppp/plugin_proto.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { ESTABLISH = 4, NETWORK = 7, RUNNING = 8 };

static char directory[SCRATCH_BYTES], path[64];
static int listener = -1, peer = -1;

static void listen_again(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strcpy(address.sun_path, path);
    unlink(path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 4), 0);
}

static void accept_one(void)
{
    struct pollfd poll_fd = {.fd = listener, .events = POLLIN};

    assert_int_equal(poll(&poll_fd, 1, 5000), 1);
    peer = accept(listener, NULL, NULL);
    assert_true(peer >= 0);
}

static void hang_up(void)
{
    close(peer);
    peer = -1;
}

/* The next line that the plugin sent, "" at the end of the stream. */
static const char *next_line(void)
{
    static char line[MC_PLUGIN_LINE_BYTES];
    struct pollfd poll_fd = {.fd = peer, .events = POLLIN};
    size_t len = 0;

    for (;;) {
        if (poll(&poll_fd, 1, 5000) != 1 || len + 1 >= sizeof(line))
            fail_msg("nothing came");
        if (read(peer, line + len, 1) != 1 || line[len] == '\n')
            break;
        len++;
    }
    line[len] = '\0';
    return line;
}

static void silent(void)
{
    struct pollfd poll_fd = {.fd = peer, .events = POLLIN};

    assert_int_equal(poll(&poll_fd, 1, 0), 0);
}

static void hello(void)
{
    char wanted[64];

    snprintf(wanted, sizeof(wanted), "hello version=%s pid=%d", pppd_version, (int)getpid());
    assert_string_equal(next_line(), wanted);
}

static int set_up(void **state)
{
    plugin_init();
    assert_int_equal(scratch_make(directory), 0);
    snprintf(path, sizeof(path), "%s/s", directory);
    listen_again();
    assert_int_equal(mock_option("microcat-socket", path), 0);
    assert_int_equal(mock_option("no-such", path), -1);
    return 0;
}

static int tear_down(void **state)
{
    close(peer);
    close(listener);
    return scratch_remove(directory);
}

static void loads_with_its_version(void **state)
{
    assert_true(strcmp(pppd_version, "2.4.9") == 0 || strncmp(pppd_version, "2.5", 3) == 0);
    assert_true(mock_can_auth());
    assert_true(mock_asks_dns());
}

static void tells_the_call(void **state)
{
    mock_phase(ESTABLISH);
    accept_one();
    hello();
    assert_string_equal(next_line(), "phase phase=4 ifname=ppp7");
    mock_phase(NETWORK);
    assert_string_equal(next_line(), "phase phase=7 ifname=ppp7");
    mock_ip_up("10.164.98.251", NULL, "100.127.0.53", NULL);
    assert_string_equal(next_line(), "ip-up ifname=ppp7 unit=7 mtu=1500 local=10.164.98.251 dns1=100.127.0.53");
    mock_ipv6_up(0x11, 0x22);
    assert_string_equal(next_line(), "ipv6-up ifname=ppp7 unit=7 mtu=1500 local=fe80::1111:1111:1111:1111 "
                                     "remote=fe80::2222:2222:2222:2222");
    mock_phase(RUNNING);
    assert_string_equal(next_line(), "phase phase=8 ifname=ppp7");
}

static void clears_a_foreign_password(void **state)
{
    strcpy(mock_passwd(), "from an options file");
    mock_phase(ESTABLISH);
    assert_string_equal(mock_passwd(), "");
    assert_string_equal(next_line(), "phase phase=4 ifname=ppp7");
}

/* Answers one question, or says something else first, or hangs up. */
static void *answer(void *text)
{
    const char *line;

    do
        line = next_line();
    while (strncmp(line, "secrets-wanted", 14) != 0);
    if (text == NULL)
        shutdown(peer, SHUT_RDWR);
    else
        assert_int_equal(write(peer, text, strlen(text)), strlen(text));
    return NULL;
}

static int ask(int (*how)(char *, char *), char *text, char *user, char *password)
{
    pthread_t thread;
    int r;

    assert_int_equal(pthread_create(&thread, NULL, answer, text), 0);
    strcpy(user, "hostname");
    r = how(user, password);
    pthread_join(thread, NULL);
    return r;
}

static void a_daemon_that_hangs_up(void **state)
{
    char user[256], password[1024] = "";

    assert_int_equal(ask(mock_chap, NULL, user, password), -1);
    assert_string_equal(user, "hostname");
    hang_up();
    mock_phase(NETWORK); /* finds the way back */
    accept_one();
    hello();
}

static void asks_for_secrets_once(void **state)
{
    char user[256], password[1024] = "";
    char text[] = "news of=tomorrow\nsecrets user=sora password=so%20ra%25\n";

    assert_int_equal(ask(mock_pap, text, user, password), 1);
    assert_string_equal(user, "sora");
    assert_string_equal(password, "so ra%");
    strcpy(user, "hostname");
    password[0] = '\0';
    assert_int_equal(mock_chap(user, password), 1); /* nobody answers now: it remembers */
    assert_string_equal(user, "sora");
    assert_string_equal(password, "so ra%");
    assert_string_equal(next_line(), "auth auth=CHAP");
}

/* A restarted daemon listens on the same path: the plugin comes by itself and says where things are. */
static void finds_a_restarted_daemon(void **state)
{
    hang_up();
    close(listener);
    unlink(path);
    mock_phase(RUNNING); /* nobody there: no matter */
    assert_int_equal(mock_timeouts(), 1);
    listen_again();
    assert_int_equal(mock_timeouts(), 1);
    accept_one();
    hello();
    assert_string_equal(next_line(), "auth auth=CHAP");
    assert_string_equal(next_line(), "phase phase=8 ifname=ppp7");
    assert_string_equal(next_line(), "ip-up ifname=ppp7 unit=7 mtu=1500 local=10.164.98.251 dns1=100.127.0.53");
    assert_string_equal(next_line(), "ipv6-up ifname=ppp7 unit=7 mtu=1500 local=fe80::1111:1111:1111:1111 "
                                     "remote=fe80::2222:2222:2222:2222");
    assert_int_equal(mock_timeouts(), 1); /* connected: nothing to say */
    silent();
}

static void tells_the_end(void **state)
{
    mock_ip_down();
    assert_string_equal(next_line(), "ip-down");
    mock_ipv6_down();
    assert_string_equal(next_line(), "ipv6-down");
    mock_exit(15, 123456, 654321, 90);
    assert_string_equal(next_line(), "exit status=15 rx=123456 tx=654321 seconds=90");
    assert_string_equal(next_line(), "");
}

int main(void)
{
    /* one call, in its order: the plugin lives as long as its pppd */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_with_its_version),
        cmocka_unit_test(tells_the_call),
        cmocka_unit_test(clears_a_foreign_password),
        cmocka_unit_test(a_daemon_that_hangs_up),
        cmocka_unit_test(asks_for_secrets_once),
        cmocka_unit_test(finds_a_restarted_daemon),
        cmocka_unit_test(tells_the_end),
    };
    return cmocka_run_group_tests_name("ppp/plugin " NAME, tests, set_up, tear_down);
}
