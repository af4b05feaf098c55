"""`codextime-tracker schedule install|status|remove`."""

import argparse
import shlex
from typing import TYPE_CHECKING

from codextime_tracker.arguments import (
    add_home,
    add_index,
    add_server,
    complain,
    credentials_file,
    options_of,
    server_of_environment,
    user_id,
)
from codextime_tracker.commands import Clock
from codextime_tracker.exits import Exit, Stopped
from codextime_tracker.terminal import ask

if TYPE_CHECKING:
    from codextime_tracker.sync import Options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", metavar="ACTION", choices=["install", "status", "remove"], help="what to do")
    parser.add_argument(
        "user_id", nargs="?", metavar="userId", type=user_id, help="for whom; needed if several are paired here"
    )
    add_server(parser)
    add_home(parser)
    parser.add_argument("--allow-http", action="store_true", help="permit an unencrypted line to a private address")
    add_index(parser)


def run(parsed: argparse.Namespace, clock: Clock) -> int:
    from codextime_tracker.schedulers import find_scheduler

    scheduler = find_scheduler()
    found = scheduler.find()
    if parsed.action == "install":
        install(parsed)
    elif found is None:
        print("Nothing is scheduled. To send what is new every hour: codextime-tracker schedule install")
    elif parsed.action == "status":
        print(f"Scheduled by {scheduler.name}: {found}. To end it: codextime-tracker schedule remove")
    else:
        scheduler.remove()
        print("Removed. What is new is sent when you run the tracker.")
    return Exit.DONE


def install(parsed: argparse.Namespace) -> None:
    from codextime_tracker import scheduling
    from codextime_tracker.labelling import only_user
    from codextime_tracker.schedulers import find_scheduler

    if parsed.user_id is None:
        parsed.user_id = only_user(credentials_file(), parsed.server or server_of_environment())
    scheduler = find_scheduler()
    command = scheduling.install(scheduler, options_of(parsed), ask=ask)
    print(f"From now on {scheduler.name} sends what is new, every hour: {shlex.join(command)}")
    print("To end it: codextime-tracker schedule remove")


def offer(options: "Options") -> None:
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
