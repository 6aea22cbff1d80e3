/* SPDX-License-Identifier: MIT */
#include <microcat/ppp/exitcode.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EXITED(code) ((code) << 8) /* as waitpid() packs it */
#define KILLED(sig)  (sig)

static const struct {
    struct mc_exit_view view;
    enum mc_fault fault;
    const char *text; /* part of it */
} cases[] = {
    {{.exec_error = -ENOENT}, MC_FAULT_PPPD_MISSING, "could not be started: No such file"},
    {{.exec_error = -EACCES}, MC_FAULT_PPPD_UNUSABLE, "Permission denied"},
    {{.exec_error = -ENOEXEC}, MC_FAULT_PPPD_UNUSABLE, "Exec format"},
    /* before an address: how far it came decides */
    {{.wait_status = EXITED(1), .spoke = false}, MC_FAULT_PPPD_UNUSABLE, "exited with 1 (fatal error) before LCP"},
    {{.wait_status = EXITED(1), .spoke = true}, MC_FAULT_PPPD_FAILED, "fatal error"},
    {{.wait_status = EXITED(2)}, MC_FAULT_PPPD_UNUSABLE, "error in its options"},
    {{.wait_status = EXITED(3)}, MC_FAULT_PPPD_UNUSABLE, "not root"},
    {{.wait_status = EXITED(4)}, MC_FAULT_NO_KERNEL_PPP, "the kernel has no PPP"},
    {{.wait_status = EXITED(7)}, MC_FAULT_PPPD_FAILED, "could not open the pty"},
    {{.wait_status = EXITED(8)}, MC_FAULT_PPPD_UNUSABLE, "/etc/ppp/options"},
    {{.wait_status = EXITED(10), .reached = MC_PPP_ESTABLISH}, MC_FAULT_PPP_LCP, "during LCP"},
    {{.wait_status = EXITED(10), .reached = MC_PPP_AUTHENTICATE}, MC_FAULT_PPP_AUTH, "during authentication"},
    {{.wait_status = EXITED(10), .reached = MC_PPP_NETWORK}, MC_FAULT_PPP_NO_ADDRESS, "during IPCP"},
    {{.wait_status = EXITED(0), .reached = MC_PPP_NETWORK}, MC_FAULT_PPP_NO_ADDRESS, "exited with 0"},
    {{.wait_status = EXITED(16), .reached = MC_PPP_ESTABLISH}, MC_FAULT_PPP_LCP, "hung up"},
    {{.wait_status = EXITED(17), .reached = MC_PPP_ESTABLISH}, MC_FAULT_PPP_LCP, "loopback"},
    {{.wait_status = EXITED(19), .reached = MC_PPP_AUTHENTICATE}, MC_FAULT_PPP_AUTH, "refused user or password"},
    {{.wait_status = EXITED(15), .reached = MC_PPP_NETWORK}, MC_FAULT_PPP_ECHO_DEAD, "LCP echo"},
    {{.wait_status = EXITED(99)}, MC_FAULT_PPPD_FAILED, "exited with 99 (unknown status)"},
    {{.wait_status = EXITED(5), .reached = MC_PPP_ESTABLISH}, MC_FAULT_PPPD_DIED, "a signal from somebody"},
    /* with an address */
    {{.wait_status = EXITED(0), .reached = MC_PPP_RUNNING, .was_up = true}, MC_FAULT_PPP_TERMINATED, "while running"},
    {{.wait_status = EXITED(15), .reached = MC_PPP_RUNNING, .was_up = true}, MC_FAULT_PPP_ECHO_DEAD, "15"},
    {{.wait_status = EXITED(16), .reached = MC_PPP_RUNNING, .was_up = true}, MC_FAULT_PPP_TERMINATED, "16"},
    {{.wait_status = EXITED(16), .reached = MC_PPP_RUNNING, .was_up = true, .echo_lost = true},
     MC_FAULT_PPP_ECHO_DEAD,
     "16"},
    {{.wait_status = EXITED(10), .reached = MC_PPP_RUNNING, .was_up = true}, MC_FAULT_PPP_TERMINATED, "10"},
    {{.wait_status = EXITED(1), .reached = MC_PPP_RUNNING, .was_up = true}, MC_FAULT_PPPD_DIED, "1"},
    {{.wait_status = EXITED(77), .reached = MC_PPP_RUNNING, .was_up = true}, MC_FAULT_PPPD_DIED, "77"},
    {{.wait_status = KILLED(SIGKILL), .reached = MC_PPP_RUNNING, .was_up = true}, MC_FAULT_PPPD_DIED, "signal 9"},
    {{.wait_status = KILLED(SIGSEGV), .reached = MC_PPP_NETWORK}, MC_FAULT_PPPD_DIED, "signal 11 during IPCP"},
    {{.unknown = true, .reached = MC_PPP_RUNNING, .was_up = true}, MC_FAULT_PPPD_DIED, "how is not known"},
    {{.unknown = true, .stop_asked = true}, MC_FAULT_NONE, "how is not known"},
    /* what we did ourselves */
    {{.wait_status = EXITED(5), .reached = MC_PPP_RUNNING, .was_up = true, .stop_asked = true}, MC_FAULT_NONE, "5"},
    {{.wait_status = KILLED(SIGKILL), .stop_asked = true}, MC_FAULT_NONE, "signal 9"},
    {{.wait_status = KILLED(SIGKILL), .stop_asked = true, .stuck = true}, MC_FAULT_PPPD_STUCK, "did not react"},
    {{.wait_status = EXITED(5), .late = true, .reached = MC_PPP_ESTABLISH}, MC_FAULT_PPP_TIMEOUT, "no address in time"},
    {{.wait_status = EXITED(5), .late = true, .reached = MC_PPP_NETWORK}, MC_FAULT_PPP_NO_ADDRESS, "during IPCP"},
    {{.wait_status = EXITED(5), .late = true, .reached = MC_PPP_TERMINATE}, MC_FAULT_PPP_TIMEOUT, "at the end"},
};

static void table(void **state)
{
    char text[160];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum mc_fault fault = mc_exit_fault(&cases[i].view, text, sizeof(text));

        if (fault != cases[i].fault || strstr(text, cases[i].text) == NULL)
            fail_msg("case %zu: %s, \"%s\"; wanted %s, \"%s\"", i, mc_fault_info(fault)->code, text,
                     mc_fault_info(cases[i].fault)->code, cases[i].text);
    }
}

static void every_code_has_a_meaning(void **state)
{
    for (int code = 0; code <= 21; code++) /* pppd(8) */
        assert_string_not_equal(mc_exit_meaning(code), "unknown status");
    assert_string_equal(mc_exit_meaning(22), "unknown status");
    assert_string_equal(mc_exit_meaning(-1), "unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(table), cmocka_unit_test(every_code_has_a_meaning)};

    return cmocka_run_group_tests_name("ppp/exitcode", tests, NULL, NULL);
}
