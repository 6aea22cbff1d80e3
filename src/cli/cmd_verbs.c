/* SPDX-License-Identifier: MIT */

/* The verbs that change something: connect, disconnect, radio, reset, power, reconnect, and at. */

#include "render.h"
#include "varlink_client.h"
#include <string.h>

#define VERB_TIMEOUT_MS (10 * 60 * 1000) /* the slowest: a reset and a whole bring-up behind it */

static enum cli_exit command(const struct cli *cli, json_t *parameters)
{
    json_t *reply;
    const char *text;
    enum cli_exit result = cli_ask_long(cli, cli->verb->method, parameters, VERB_TIMEOUT_MS, &reply);

    if (result != CLI_DONE)
        return result;
    text = render_string(reply, "text", "");
    if (!cli_print_json(cli, reply))
        puts(text[0] ? text : "done");
    json_decref(reply);
    return CLI_DONE;
}

enum cli_exit cli_run_simple(const struct cli *cli)
{
    return command(cli, NULL);
}

enum cli_exit cli_run_switch(const struct cli *cli)
{
    bool on = strcmp(cli->args[0], "on") == 0;

    if (!on && strcmp(cli->args[0], "off") != 0) {
        cli_complain("%s takes off or on, not \"%s\"", cli->verb->name, cli->args[0]);
        return CLI_USAGE;
    }
    return command(cli, json_pack("{s:b}", "on", (int)on));
}

static enum cli_exit print_answer(const struct cli *cli, const json_t *reply)
{
    const char *final = render_string(reply, "final", "");
    const json_t *lines = json_object_get(reply, "lines");

    if (!cli_print_json(cli, reply)) {
        for (size_t i = 0; i < json_array_size(lines); i++)
            puts(json_string_value(json_array_get(lines, i)));
        puts(final);
    }
    return strcmp(final, "OK") == 0 ? CLI_DONE : CLI_REFUSED;
}

enum cli_exit cli_run_at(const struct cli *cli)
{
    json_t *parameters = json_pack("{s:s}", "command", cli->args[0]), *reply;
    enum cli_exit result;

    if (!parameters) {
        cli_complain("the command is no valid UTF-8");
        return CLI_USAGE;
    }
    result = cli_ask_at(cli, parameters, &reply);
    if (result != CLI_DONE)
        return result;
    result = print_answer(cli, reply);
    json_decref(reply);
    return result;
}
