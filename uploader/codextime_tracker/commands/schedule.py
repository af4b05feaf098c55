"""`codextime-tracker schedule install|status|remove`."""

from __future__ import annotations

import shlex

from codextime_tracker.arguments import (
    add_home,
    add_index,
    add_json,
    add_server,
    complain,
    credentials_file,
    options_of,
    server_of_environment,
    user_id,
)
from codextime_tracker.exits import Exit, Stopped
from codextime_tracker.terminal import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codextime_tracker.arguments import Parsed, Parser
    from codextime_tracker.commands import Clock
    from codextime_tracker.schedulers import Scheduler
    from codextime_tracker.sync import Options


def add_arguments(parser: Parser) -> None:
    parser.add_argument("action", metavar="ACTION", choices=["install", "status", "remove"], help="what to do")
    parser.add_argument(
        "user_id", nargs="?", metavar="userId", type=user_id, help="for whom; needed if several are paired here"
    )
    add_server(parser)
    add_home(parser)
    parser.add_argument("--allow-http", action="store_true", help="permit an unencrypted line to a private address")
    add_index(parser)
    add_json(parser)


def run(parsed: Parsed, clock: Clock) -> int:
    """Where nothing starts programs by the clock, nothing is scheduled either. Raises `NoScheduler` to install."""
    from codextime_tracker.schedulers import NoScheduler, find_scheduler

    try:
        scheduler = find_scheduler()
    except NoScheduler as nothing:
        if parsed.action == "install":
            raise
        say(parsed, f"Nothing is scheduled. {nothing}", None)
        return Exit.DONE
    if parsed.action == "install":
        install(parsed, scheduler)
    elif (found := scheduler.find()) is None:
        text = "Nothing is scheduled. To send what is new every hour: codextime-tracker schedule install"
        say(parsed, text, scheduler)
    elif parsed.action == "status":
        text = f"Scheduled by {scheduler.name}: {found}. To end it: codextime-tracker schedule remove"
        say(parsed, text, scheduler, found)
    else:
        scheduler.remove()
        say(parsed, "Removed. What is new is sent when you run the tracker.", scheduler)
    return Exit.DONE


def say(
    parsed: Parsed,
    text: str,
    scheduler: Scheduler | None,
    schedule: str | None = None,
    command: list[str] | None = None,
) -> None:
    """What is scheduled now: the text, or for scripts the rest of it."""
    if not parsed.json:
        print(text)
        return
    import json

    told = {"command": command} if command else {}
    shown = {"scheduler": scheduler.name if scheduler else None, "schedule": schedule, **told}
    print(json.dumps(shown, indent=2))


def install(parsed: Parsed, scheduler: Scheduler) -> None:
    from codextime_tracker import scheduling
    from codextime_tracker.labelling import only_user

    if parsed.user_id is None:
        parsed.user_id = only_user(credentials_file(), parsed.server or server_of_environment())
    command = scheduling.install(scheduler, options_of(parsed), ask=nobody if parsed.json else ask)
    text = f"From now on {scheduler.name} sends what is new, every hour: {shlex.join(command)}"
    say(parsed, f"{text}\nTo end it: codextime-tracker schedule remove", scheduler, scheduler.find(), command)


def nobody(question: str) -> bool:
    """Who wants JSON is a script."""
    return False


def offer(options: Options) -> None:
    """At the end of a first run: a schedule, if there is none and it would work. What keeps it from working is told."""
    from codextime_tracker import scheduling
    from codextime_tracker.schedulers import NoScheduler, find_scheduler

    try:
        scheduler = find_scheduler()
        if scheduling.is_offered(scheduler, options) and ask("Send what is new every hour from now on?"):
            scheduling.install(scheduler, options, ask=ask)
            print("Scheduled. To see it or end it: codextime-tracker schedule status, or remove")
    except NoScheduler:
        return
    except Stopped as stopped:
        complain(str(stopped))
