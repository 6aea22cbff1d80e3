/* SPDX-License-Identifier: MIT */

/* The verbs that ask and print: status, info, trace, history. */

#include "render.h"
#include "varlink_client.h"
#include <microcat/base/cleanup.h>

#define DIAGRAM_LINES 2000 /* to find the last bring-up in; a long wait for the network is in between */

typedef char *render_fn(const json_t *value, const struct render_style *style);

/* Asks with @parameters (taken), and prints the answer, or its member @part, as JSON or as the text that @render makes
 * of it; @always_text: a diagram is one under --json too. */
static enum cli_exit ask_and_print(const struct cli *cli, const char *method, json_t *parameters, const char *part,
                                   render_fn *render, bool always_text)
{
    const struct render_style style = {.colour = cli->colour, .utf8 = cli->utf8, .columns = cli->columns};
    _cleanup_free_ char *text = NULL;
    json_t *reply;
    enum cli_exit result = cli_ask(cli, method, parameters, &reply);

    if (result != CLI_DONE)
        return result;
    const json_t *value = part ? json_object_get(reply, part) : reply;
    bool printed = !always_text && cli_print_json(cli, value);
    if (!printed)
        text = render(value, &style);
    json_decref(reply);
    if (!printed && !text) {
        cli_complain("out of memory");
        return CLI_REFUSED;
    }
    if (!printed)
        fputs(text, stdout);
    return CLI_DONE;
}

enum cli_exit cli_run_status(const struct cli *cli)
{
    return ask_and_print(cli, "Status", NULL, "status", render_status, false);
}

enum cli_exit cli_run_info(const struct cli *cli)
{
    return ask_and_print(cli, "Info", NULL, NULL, render_info, false);
}

static json_t *limit(const struct cli *cli, const char *name)
{
    return cli->lines < 0 ? NULL : json_pack("{s:I}", name, (json_int_t)cli->lines);
}

static char *diagram(const json_t *trace, const struct render_style *style)
{
    return render_mermaid(trace);
}

enum cli_exit cli_run_trace(const struct cli *cli)
{
    json_t *lines = limit(cli, "lines");

    if (cli->mermaid && !lines)
        lines = json_pack("{s:i}", "lines", DIAGRAM_LINES);
    return ask_and_print(cli, "Trace", lines, "trace", cli->mermaid ? diagram : render_trace, cli->mermaid);
}

enum cli_exit cli_run_history(const struct cli *cli)
{
    return ask_and_print(cli, "History", limit(cli, "entries"), NULL, render_history, false);
}
