"""Django's commands on the data of `codextime up`, whether it runs or not."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from codextime.runtime import programs
from codextime.runtime.data_folder import DataFolder
from codextime.runtime.embedded import Embedded
from codextime.runtime.errors import StartRefused
from codextime.runtime.instance import Instance, find_instance, is_running, locked
from codextime.runtime.leftovers import end_leftovers
from codextime.runtime.options import Options
from codextime.runtime.prepare import OWNER_EMAIL
from codextime.runtime.processes import Reaper
from codextime.runtime.supervisor import Signals, Supervisor


def manage(options: Options, arguments: list[str]) -> None:
    """Runs `manage.py <arguments>`; without a running `up`, the servers are started for as long as it takes."""
    folder = DataFolder(options.data)
    running = find_running(folder)
    if running:
        run_command(folder, running.base_url, running.database_url, running.redis_url, arguments)
        return
    with started_servers(options, folder) as servers:
        run_command(folder, options.base_url, servers.database_url, servers.redis_url, arguments)


def print_login_link(options: Options) -> None:
    """Prints a new link for the owner. `StartRefused` when nothing runs that it could lead to."""
    folder = DataFolder(options.data)
    running = find_running(folder)
    if running is None:
        raise StartRefused(
            f"Codextime is not running on the data in {folder.path}.\n"
            f"Start it, and it prints a link: {options.command('up')}"
        )
    arguments = ["login_link", OWNER_EMAIL]
    run_command(folder, running.base_url, running.database_url, running.redis_url, arguments)


def find_running(folder: DataFolder) -> Instance | None:
    return find_instance(folder) if is_running(folder) else None


@contextmanager
def started_servers(options: Options, folder: DataFolder) -> Iterator[Embedded]:
    folder.make()
    with locked(folder) as lock:
        end_leftovers(folder)
        reaper = Reaper(held_files=(lock.fileno(),))
        try:
            with folder.failures_explained(), Signals() as signals:
                servers = Embedded(options, folder, reaper)
                servers.start(Supervisor(signals=signals, reaper=reaper, say=print))
            yield servers
        finally:
            reaper.finish()  # ends the servers, too


def run_command(folder: DataFolder, base_url: str, database_url: str, redis_url: str, arguments: list[str]) -> None:
    """In this process, so that a shell or a question for a password has the terminal, and its Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(
        programs.server_environment(folder, base_url=base_url, database_url=database_url, redis_url=redis_url)
    )
    from django.core.management import execute_from_command_line

    execute_from_command_line(["codextime manage", *arguments])
