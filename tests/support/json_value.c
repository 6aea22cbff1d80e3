/* SPDX-License-Identifier: MIT */
/*
 * json-value PATH: the value at PATH (keys with a dot between them) of the object on standard input, or of its "status"
 * where it has one: a string as it is, nothing for null and for what is not there. For the machine tier, where every
 * start of jq, which reads its whole library first, took the emulated processor 0.4 s. Never installed.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    json_t *root = json_loadf(stdin, 0, NULL);
    json_t *at = json_object_get(root, "status");

    if (argc != 2 || !root)
        return 1;
    at = at ? at : root;
    for (char *key = strtok(argv[1], "."); key && at; key = strtok(NULL, "."))
        at = json_object_get(at, key);
    if (at && !json_is_null(at)) {
        char *text = json_is_string(at) ? strdup(json_string_value(at))
                                        : json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));

        puts(text ? text : "");
        free(text);
    }
    json_decref(root);
    return 0;
}
