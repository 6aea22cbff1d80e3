/* SPDX-License-Identifier: MIT */
/* A modem, or whatever else is on the line, that drowns us in noise. */
#include "whole.h"

#define NOISE_MIB   10
#define NOISE_BYTES 60000

/* While at rest: counted and dropped, memory stays, and the next command finds its answer. */
static void ten_megabytes_of_noise(void **state)
{
    struct whole *w = *state;
    int64_t anon_kib, counted;
    int fds;

    whole_online(w, "--profile=warm|--set=pace=no|--set=fragment-max=4096", NULL);
    whole_ctl_says(w, "disconnect", 0, "");
    whole_sim(w, "noise 60000");
    whole_ctl_says(w, "status", 0, "stopped");
    fds = whole_fds_quiet(w);
    anon_kib = whole_anon_kib(w);
    counted = whole_get_int(w, "counters.noise_bytes");
    for (int64_t heard = 0; heard < NOISE_MIB << 20; heard += NOISE_BYTES * 3 / 4) { /* some of it makes good lines */
        whole_sim(w, "noise 60000");
        /* The wire holds 256 KiB; what would come before the daemon has its turn again would be lost. */
        while (whole_get_int(w, "counters.noise_bytes") < counted + heard)
            ;
    }
    whole_ctl_says(w, "at|AT", 0, "OK");
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(whole_anon_kib(w) - anon_kib < 256);
#else
    (void)anon_kib;
#endif
    whole_ctl_says(w, "at|AT+CSQ", 0, "+CSQ: 22,99");
    whole_ctl_says(w, "connect", 0, "Online");
    whole_ctl_says(w, "disconnect", 0, "");
    whole_fds_settle(w, fds);
    whole_end(w);
}

/* Noise on the way up is no reason to give up. */
static void noise_on_the_way_up(void **state)
{
    struct whole *w = *state;

    whole_config(w, "[Modem]\nBootTime=5s\n");
    whole_sim_start(w, "--profile=default|--set=pace=no|--set=fragment-max=4096|--inject=garbage-answers on");
    whole_start(w, NULL);
    for (int i = 0; i < 20; i++)
        whole_sim(w, "noise 60000");
    whole_until(w, "fault.code", "not-a-modem");
    whole_sim(w, "forgive");
    whole_ctl_says(w, "reconnect", 0, "Online");
    whole_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(ten_megabytes_of_noise),
        WHOLE_TEST(noise_on_the_way_up),
    };
    return cmocka_run_group_tests_name("whole: noise", tests, whole_world, NULL);
}
