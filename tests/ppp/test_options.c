/* SPDX-License-Identifier: MIT */
#include <microcat/ppp/options.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct mc_settings settings_of(enum mc_pdp_type type, enum mc_auth auth, int64_t mtu, const char *interface)
{
    struct mc_settings settings = {0};

    settings.modem.baud_rate = 460800;
    settings.pdp.type = type;
    settings.pdp.auth = auth;
    settings.pdp.user = (char *)"sora-user";
    settings.pdp.password = (char *)"sora-password";
    settings.ppp.interface = (char *)interface;
    settings.ppp.mtu = mtu;
    settings.ppp.echo_interval_ms = 20000;
    settings.ppp.echo_failure = 3;
    return settings;
}

static void join(const struct mc_options *options, char *out, size_t out_bytes)
{
    size_t len = 0;

    for (size_t i = 0; options->argv[i] != NULL; i++)
        len += (size_t)snprintf(out + len, out_bytes - len, "%s ", options->argv[i]);
    assert_true(len < out_bytes);
}

static void make(const struct mc_settings *settings, bool modern, char *out, size_t out_bytes)
{
    struct mc_options options;
    struct mc_options_input input = {settings, "/dev/pts/4", "/usr/lib/microcatd/microcatd.so", "/run/s", modern};

    assert_int_equal(mc_options_make(&input, &options), 0);
    join(&options, out, out_bytes);
    mc_options_free(&options);
}

static void whole_line(void **state)
{
    struct mc_settings settings = settings_of(MC_PDP_IP, MC_AUTH_AUTO, 0, "");
    char line[2048];

    make(&settings, false, line, sizeof(line));
    assert_string_equal(line,
                        "pppd /dev/pts/4 460800 nodetach nopersist maxfail 1 idle 0 maxconnect 0 logfd 2 hide-password "
                        "nolock local nocrtscts asyncmap 0 noauth refuse-eap lcp-echo-interval 20 lcp-echo-failure 3 "
                        "noccp novj novjccomp noipdefault ipcp-accept-local ipcp-accept-remote noremoteip "
                        "ipcp-max-failure 30 nodefaultroute noreplacedefaultroute noproxyarp noktune noipv6 "
                        "ip-up-script /nonexistent/microcatd ip-down-script /nonexistent/microcatd "
                        "plugin /usr/lib/microcatd/microcatd.so microcat-socket /run/s ");
}

static void by_settings(void **state)
{
    static const struct {
        enum mc_pdp_type type;
        enum mc_auth auth;
        int64_t mtu;
        const char *interface;
        bool modern;
        const char *has[4], *lacks[4];
    } cases[] = {
        {MC_PDP_IP, MC_AUTH_PAP, 0, "", false, {" refuse-chap refuse-mschap refuse-mschap-v2 "}, {" refuse-pap "}},
        {MC_PDP_IP, MC_AUTH_CHAP, 0, "", false, {" refuse-pap "}, {" refuse-chap "}},
        {MC_PDP_IP, MC_AUTH_NONE, 0, "", false, {" noauth "}, {" refuse-pap ", " refuse-chap "}},
        {MC_PDP_IPV6,
         MC_AUTH_AUTO,
         0,
         "",
         false,
         {" noip ", " +ipv6 ipv6cp-accept-local nodefaultroute6 "},
         {" noipv6 ", " noipdefault ", "ipv6-up-script"}},
        {MC_PDP_IPV4V6,
         MC_AUTH_AUTO,
         0,
         "",
         true,
         {" noipdefault ", " +ipv6 ", " ipv6-up-script /nonexistent"},
         {" noip ", " noipv6 "}},
        {MC_PDP_IP, MC_AUTH_AUTO, 1400, "wwan.7", false, {" mtu 1400 mru 1400 ", " ifname wwan.7 "}, {"unit"}},
        {MC_PDP_IP, MC_AUTH_AUTO, 0, "", false, {" nodefaultroute "}, {" mtu ", " mru ", " ifname ", "usepeerdns"}},
    };
    char line[2048];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mc_settings settings = settings_of(cases[i].type, cases[i].auth, cases[i].mtu, cases[i].interface);

        make(&settings, cases[i].modern, line, sizeof(line));
        for (size_t k = 0; k < 4; k++) {
            if (cases[i].has[k] != NULL && strstr(line, cases[i].has[k]) == NULL)
                fail_msg("case %zu: \"%s\" is missing in %s", i, cases[i].has[k], line);
            if (cases[i].lacks[k] != NULL && strstr(line, cases[i].lacks[k]) != NULL)
                fail_msg("case %zu: \"%s\" is in %s", i, cases[i].lacks[k], line);
        }
        assert_null(strstr(line, "sora")); /* neither user nor password, ever */
    }
}

static void echo_rounds_up(void **state)
{
    static const struct {
        int64_t ms;
        const char *words;
    } cases[] = {{0, " lcp-echo-interval 0 "}, {1, " lcp-echo-interval 1 "}, {1500, " lcp-echo-interval 2 "}};
    char line[2048];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mc_settings settings = settings_of(MC_PDP_IP, MC_AUTH_AUTO, 0, "");

        settings.ppp.echo_interval_ms = cases[i].ms;
        make(&settings, false, line, sizeof(line));
        assert_non_null(strstr(line, cases[i].words));
    }
}

static void names_that_are_none(void **state)
{
    static const char *const names[] = {"-detach", "ppp 0", "a/b", "name-of-16-bytes", "..", "ppp0\n", "\xc3\xa4"};
    struct mc_options options;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct mc_settings settings = settings_of(MC_PDP_IP, MC_AUTH_AUTO, 0, names[i]);
        struct mc_options_input input = {&settings, "/dev/pts/4", "/p.so", "/run/s", false};

        assert_int_equal(mc_options_make(&input, &options), -EINVAL);
    }
}

static void relative_paths(void **state)
{
    struct mc_settings settings = settings_of(MC_PDP_IP, MC_AUTH_AUTO, 0, "");
    struct mc_options_input inputs[] = {{&settings, "pts/4", "/p.so", "/run/s", false},
                                        {&settings, "/dev/pts/4", "p.so", "/run/s", false},
                                        {&settings, "/dev/pts/4", "/p.so", "s", false}};
    struct mc_options options;

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(mc_options_make(&inputs[i], &options), -EINVAL);
}

static void clean_environment(void **state)
{
    struct mc_settings settings = settings_of(MC_PDP_IP, MC_AUTH_AUTO, 0, "");
    struct mc_options_input input = {&settings, "/dev/pts/4", "/p.so", "/run/s", false};
    struct mc_options options;

    assert_int_equal(mc_options_make(&input, &options), 0);
    assert_string_equal(options.envp[0], "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
    assert_string_equal(options.envp[1], "LC_ALL=C");
    assert_string_equal(options.envp[2], "HOME=/nonexistent");
    assert_null(options.envp[3]);
    mc_options_free(&options);
}

#ifdef PLUGIN
/* The host's own pppd reads every word: 0 or, where the kernel has no PPP, 4, but never 2 (an option it does not know).
 */
static void the_real_pppd_knows_every_word(void **state)
{
    static const enum mc_pdp_type types[] = {MC_PDP_IP, MC_PDP_IPV6, MC_PDP_IPV4V6};
    static const enum mc_auth auths[] = {MC_AUTH_AUTO, MC_AUTH_PAP, MC_AUTH_CHAP};
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char tty[64];

    if (access("/usr/sbin/pppd", X_OK) != 0 || geteuid() != 0 || master < 0) {
        print_message("needs pppd, a pty and root\n");
        skip();
    }
    assert_int_equal(grantpt(master) | unlockpt(master) | ptsname_r(master, tty, sizeof(tty)), 0);
    for (size_t i = 0; i < 3; i++) {
        struct mc_settings settings = settings_of(types[i], auths[i], i == 1 ? 1400 : 0, i == 2 ? "wwan.7" : "");
        struct mc_options_input input = {
            &settings,     tty, PLUGIN, "/nonexistent/socket", MC_PPPD_MODERN, i == 1 ? "microcat-test" : NULL,
            i == 1 ? 3 : 0};
        struct mc_options options;
        pid_t pid;
        size_t n = 0;
        int status;

        assert_int_equal(mc_options_make(&input, &options), 0);
        while (options.argv[n] != NULL)
            n++;
        options.argv[n] = strdup("dryrun"); /* reads them, checks them, goes no further */
        pid = fork();
        if (pid == 0) {
            dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
            execve("/usr/sbin/pppd", options.argv, options.envp);
            _exit(127);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        mc_options_free(&options);
        if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 4))
            fail_msg("type %zu: wait status %#x", i, (unsigned)status);
    }
    close(master);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef PLUGIN
        cmocka_unit_test(the_real_pppd_knows_every_word),
#endif
        cmocka_unit_test(whole_line),
        cmocka_unit_test(by_settings),
        cmocka_unit_test(echo_rounds_up),
        cmocka_unit_test(names_that_are_none),
        cmocka_unit_test(relative_paths),
        cmocka_unit_test(clean_environment),
    };
    return cmocka_run_group_tests_name("ppp/options", tests, NULL, NULL);
}
