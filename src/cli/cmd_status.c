/* SPDX-License-Identifier: MIT */

/* The verbs that ask and print: status, info, trace, history. */

#include "render.h"
#include "varlink_client.h"
#include <microcat/base/cleanup.h>

#define DIAGRAM_LINES 2000 /* to find the last bring-up in; a long wait for the network is in between */

static struct render_style style_of(const struct cli *cli)
{
    return (struct render_style){.colour = cli->colour, .utf8 = cli->utf8, .columns = cli->columns};
}

/* Prints what a renderer made, and frees the answer it was made of. */
static enum cli_exit print(char *text, json_t *reply)
{
    json_decref(reply);
    if (!text) {
        cli_complain("out of memory");
        return CLI_REFUSED;
    }
    fputs(text, stdout);
    free(text);
    return CLI_DONE;
}

enum cli_exit cli_run_status(const struct cli *cli)
{
    struct render_style style = style_of(cli);
    json_t *reply;
    enum cli_exit result = cli_ask(cli, "Status", NULL, &reply);

    if (result != CLI_DONE)
        return result;
    if (cli_print_json(cli, json_object_get(reply, "status"))) {
        json_decref(reply);
        return CLI_DONE;
    }
    return print(render_status(json_object_get(reply, "status"), &style), reply);
}

enum cli_exit cli_run_info(const struct cli *cli)
{
    struct render_style style = style_of(cli);
    json_t *reply;
    enum cli_exit result = cli_ask(cli, "Info", NULL, &reply);

    if (result != CLI_DONE)
        return result;
    if (cli_print_json(cli, reply)) {
        json_decref(reply);
        return CLI_DONE;
    }
    return print(render_info(reply, &style), reply);
}

static json_t *limit(const struct cli *cli, const char *name)
{
    return cli->lines < 0 ? NULL : json_pack("{s:I}", name, (json_int_t)cli->lines);
}

enum cli_exit cli_run_trace(const struct cli *cli)
{
    struct render_style style = style_of(cli);
    json_t *reply, *lines = limit(cli, "lines");
    const json_t *trace;
    enum cli_exit result;

    if (cli->mermaid && !lines)
        lines = json_pack("{s:i}", "lines", DIAGRAM_LINES);
    result = cli_ask(cli, "Trace", lines, &reply);

    if (result != CLI_DONE)
        return result;
    trace = json_object_get(reply, "trace");
    if (!cli->mermaid && cli_print_json(cli, trace)) {
        json_decref(reply);
        return CLI_DONE;
    }
    return print(cli->mermaid ? render_mermaid(trace) : render_trace(trace, &style), reply);
}

enum cli_exit cli_run_history(const struct cli *cli)
{
    struct render_style style = style_of(cli);
    json_t *reply;
    enum cli_exit result = cli_ask(cli, "History", limit(cli, "entries"), &reply);

    if (result != CLI_DONE)
        return result;
    if (cli_print_json(cli, reply)) {
        json_decref(reply);
        return CLI_DONE;
    }
    return print(render_history(reply, &style), reply);
}
