# SPDX-License-Identifier: MIT
# fish completion for microcatctl; the words come from its own verb table.
function __microcatctl_words
    set -l table (microcatctl --complete 2>/dev/null)
    set -l verbs (string replace -r ' .*' '' -- $table)
    set -l verb ''
    for word in (commandline -opc)[2..-1]
        if test -z "$verb"; and contains -- $word $verbs
            set verb $word
        end
    end
    switch $verb
        case ''
            printf '%s\n' $verbs --json --socket= --instance= --version --help
        case help
            printf '%s\n' $verbs
        case '*'
            for line in $table
                set -l words (string split ' ' -- $line)
                if test "$words[1]" = "$verb"
                    printf '%s\n' $words[2..-1] --json
                end
            end
    end
end
complete -c microcatctl -f -a '(__microcatctl_words)'
