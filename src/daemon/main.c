/* SPDX-License-Identifier: MIT */
#include <microcat/daemon/app.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct mc_options options;
    switch (mc_options_parse(argc, argv, MICROCATD_VERSION, stdout, stderr, &options)) {
    case MC_OPTIONS_RUN:
        return mc_app_run(&options);
    case MC_OPTIONS_DONE:
        return EXIT_SUCCESS;
    case MC_OPTIONS_REFUSE:
        break;
    }
    return 2;
}
