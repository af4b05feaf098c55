"""What completes commands and options in a shell, made from the same parsers that read them."""

import argparse
from typing import NamedTuple

from codextime_tracker.cli import parser_of
from codextime_tracker.commands import COMMANDS, SYNC, Command

FOLDERS, FILES = "folders", "files"
KINDS = {"DIR": FOLDERS, "FILE": FILES, "PATH": FILES}


class Argument(NamedTuple):
    """An option or, without a name, what stands behind the command. `values` is a kind of file, words, or empty."""

    name: str
    help: str
    values: str
    takes_value: bool


def arguments_of(command: Command) -> list[Argument]:
    parser = parser_of(command)
    return [read(action) for action in parser._actions if action.dest != "help"]  # argparse has no other list


def read(action: argparse.Action) -> Argument:
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    values = " ".join(action.choices) if action.choices else KINDS.get(metavar, "")
    name = action.option_strings[0] if action.option_strings else ""
    return Argument(name, action.help or "", values, takes_value=action.nargs != 0)


def write_script(shell: str) -> str:
    return {"bash": bash, "zsh": zsh, "fish": fish}[shell]()


def bash() -> str:
    commands = (SYNC, *COMMANDS.values())
    every = {each.name: each for command in commands for each in arguments_of(command) if each.name}
    # The value of an option by its name alone: each means the same in every command.
    values = [f"    {name}) {bash_values(each.values)}; return ;;" for name, each in every.items() if each.takes_value]
    words = [f"    {name}) words='{bash_words(command)}' ;;" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "_codextime_tracker() {",
            "  local current=${COMP_WORDS[COMP_CWORD]} words",
            "  COMPREPLY=()",
            "  case ${COMP_WORDS[COMP_CWORD-1]} in",
            *values,
            "  esac",
            f"  if ((COMP_CWORD == 1)); then words='{' '.join(COMMANDS)} {bash_words(SYNC)}'",
            "  else case ${COMP_WORDS[1]} in",
            *words,
            f"    *) words='{bash_words(SYNC)}' ;;",
            "  esac; fi",
            '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
            f"  case ${{COMP_WORDS[1]}} in {'|'.join(filter(takes_file, COMMANDS))})",
            '    compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$current")) ;;',
            "  esac",
            "}",
            "complete -F _codextime_tracker codextime-tracker",
            "",
        ]
    )


def takes_file(name: str) -> bool:
    return any(each.values == FILES and not each.name for each in arguments_of(COMMANDS[name]))


def bash_words(command: Command) -> str:
    arguments = arguments_of(command)
    return " ".join(
        [each.name for each in arguments if each.name] + [each.values for each in arguments if is_word(each)]
    )


def is_word(argument: Argument) -> bool:
    """Whether it stands behind the command and is one of a few."""
    return not argument.name and argument.values not in ("", FOLDERS, FILES)


def bash_values(values: str) -> str:
    if values in (FOLDERS, FILES):
        kind = "d" if values == FOLDERS else "f"
        return f'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -{kind} -- "$current"))'
    return f"COMPREPLY=($(compgen -W '{values}' -- \"$current\"))" if values else ":"


def zsh() -> str:
    names = [f"    {quoted(f'{command.name}:{command.sentence}')}" for command in COMMANDS.values()]
    cases = [f"    {name}) _arguments '1: :' {zsh_arguments(command)} ;;" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "#compdef codextime-tracker",
            "_codextime_tracker() {",
            "  local -a commands=(",
            *names,
            "  )",
            "  ((CURRENT == 2)) && _describe command commands",
            "  case $words[2] in",
            *cases,
            f"    *) _arguments '1: :' {zsh_arguments(SYNC)} ;;",
            "  esac",
            "}",
            'if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then _codextime_tracker "$@"',
            "else compdef _codextime_tracker codextime-tracker; fi",
            "",
        ]
    )


def zsh_arguments(command: Command) -> str:
    kinds = {FOLDERS: "_files -/", FILES: "_files", "": " "}
    specs = []
    for each in arguments_of(command):
        action = kinds.get(each.values, f"({each.values})")
        value = f":value:{action}" if each.takes_value else ""
        told = each.help.replace("[", "(").replace("]", ")").replace(":", " ")
        if each.name:
            specs.append(quoted(f"*{each.name}[{told}]{value}"))
        elif command is not SYNC:
            specs.append(quoted(f"*{value}"))
    return " ".join(dict.fromkeys(specs))  # the same twice, for two that stand behind a command, is one too many


def fish() -> str:
    start = "complete -c codextime-tracker"
    nothing_yet = f"not __fish_seen_subcommand_from {' '.join(COMMANDS)}"
    lines = [f"{start} -f"]
    lines += [
        f"{start} -n __fish_is_first_arg -a {command.name} -d {quoted(command.sentence)}"
        for command in COMMANDS.values()
    ]
    for command in (SYNC, *COMMANDS.values()):
        condition = nothing_yet if command is SYNC else f"__fish_seen_subcommand_from {command.name}"
        for each in arguments_of(command):
            option = f" -l {each.name[2:]} -d {quoted(each.help)}" if each.name else ""
            if option or each.values:
                lines.append(f"{start} -n {quoted(condition)}{option}{fish_values(each)}")
    return "\n".join(lines) + "\n"


def fish_values(argument: Argument) -> str:
    if not argument.takes_value:
        return ""
    if argument.values == FILES:
        return " -r -F" if argument.name else " -F"
    words = {FOLDERS: "(__fish_complete_directories)"}.get(argument.values, argument.values)
    return (" -x" if argument.name else "") + (f" -a {quoted(words)}" if words else "")


def quoted(text: str) -> str:
    """A word of any of the three shells."""
    return "'" + text.replace("'", "'\\''") + "'"
