# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion of biqa-train, biqa-audit and biqa-monitor. What there is to complete is asked of
# the program itself.

_biqa()
{
    local program=$1 word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local commands command='' words=''

    commands=$("$program" --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
    [[ $COMP_CWORD -gt 1 && " ${commands//$'\n'/ } " == *" ${COMP_WORDS[1]} "* ]] && command=${COMP_WORDS[1]}
    case $previous in
    -y | --type | --types)
        words=$("$program" distort 2>/dev/null | awk '{ print $1; print $2 }' | sort -u)
        ;;
    -a | --against)
        words=self # or a file
        ;;
    *)
        if [[ $word == -* ]]; then
            words=$("$program" $command --help 2>/dev/null | grep -oE '(^ +|, )--?[a-z][a-z-]*=?' | tr -d ' ,')
        elif [[ $COMP_CWORD -eq 1 ]]; then
            words=$commands
        fi
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}

complete -o default -F _biqa biqa-train biqa-audit biqa-monitor
