/* SPDX-License-Identifier: MIT */
#include <microcat/daemon/app.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
    struct mc_options options;

    umask(0077); /* what is remembered is nobody else's. The unit's own is wider: systemd makes its folders by it */
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
