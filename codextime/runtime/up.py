"""`codextime up`: the whole product on this machine, as one supervised program."""

import contextlib
import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Any

from codextime.runtime import logs, programs, syncing, unprivileged
from codextime.runtime.bootstrap import ROOT
from codextime.runtime.data_folder import DataFolder, write_private
from codextime.runtime.embedded import Embedded
from codextime.runtime.errors import StartRefused, StopRequested
from codextime.runtime.instance import Instance, locked, write_instance
from codextime.runtime.leftovers import end_leftovers
from codextime.runtime.options import Options
from codextime.runtime.port import take_port
from codextime.runtime.prepare import Prepared
from codextime.runtime.processes import Process, Reaper, last_lines, spawn, wait_until_ready
from codextime.runtime.programs import Program
from codextime.runtime.supervisor import Signals, Supervisor, run_to_end

HEALTH_SECONDS = 5


def up(options: Options) -> None:
    """Runs until Ctrl-C or SIGTERM. `StartRefused` when something stands in the way, with what to do about it."""
    folder = DataFolder(options.data)
    sockets = [] if folder.is_made else take_port(options)  # no folder is made in vain
    folder.make()
    with folder.failures_explained(), locked(folder) as lock, Signals() as signals:
        end_leftovers(folder)
        sockets = sockets or take_port(options)  # not before a killed one has let go of it
        say(f"Codextime: data in {folder.path}")
        with supervised(signals, lock) as supervisor, contextlib.suppress(StopRequested):
            serve(options, folder, supervisor, sockets)
    say("Stopped. The data is kept.")


@contextmanager
def supervised(signals: Signals, lock: IO[bytes]) -> Iterator[Supervisor]:
    """A supervisor whose programs are gone at the end, and with them the reaper that would end them for us."""
    reaper = Reaper(held_files=(lock.fileno(),))
    supervisor = Supervisor(signals=signals, reaper=reaper, say=say)
    try:
        yield supervisor
    finally:
        if signals.stop_count:
            say("\nStopping (Ctrl-C again: at once)")
        supervisor.stop()
        reaper.finish()


def serve(options: Options, folder: DataFolder, supervisor: Supervisor, sockets: list[socket.socket]) -> None:
    """Starts everything, says where it is, and watches over it."""
    servers = Embedded(options, folder, supervisor.reaper)
    write_instance(
        folder,
        Instance(os.getpid(), options.base_url, servers.database_url, servers.redis_url, str(servers.sockets)),
    )
    servers.start(supervisor)
    environment = programs.server_environment(
        folder, base_url=options.base_url, database_url=servers.database_url, redis_url=servers.redis_url
    ) | {"CODEXTIME_LOGIN_LINK_COMMAND": options.command("login-link")}
    prepared = prepare(folder, environment, supervisor.signals)
    start_server(options, folder, environment, supervisor, sockets)
    introduce(options, prepared)
    sync = syncing.start(options, folder, prepared, supervisor.reaper, say)
    try:
        supervisor.run(on_tick=sync.look if sync else lambda: None)
    finally:
        if sync:
            sync.stop()


def prepare(folder: DataFolder, environment: dict[str, str], signals: Signals) -> Prepared:
    """Migrates, collects static files and makes the owner (see `prepare`); keeps the machine's upload token."""
    kept = folder.upload_token.read_text() if folder.upload_token.exists() else ""
    log = folder.log("prepare")
    with logs.open_log(log) as errors:
        process = subprocess.Popen(
            programs.prepare(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            text=True,
            cwd="/",
            start_new_session=True,
        )
    output = run_to_end(process, kept, signals)
    if process.returncode:
        raise StartRefused(f"The database could not be brought up to date. The end of {log}:\n{last_lines(log)}")
    prepared = Prepared(**json.loads(output))
    if prepared.upload_token and prepared.upload_token != kept:
        write_private(folder.upload_token, prepared.upload_token)
    return prepared


def start_server(
    options: Options,
    folder: DataFolder,
    environment: dict[str, str],
    supervisor: Supervisor,
    sockets: list[socket.socket],
) -> None:
    """The web server first, for somebody waits for it; then worker and beat."""
    user = choose_user(folder, environment)
    for rank, program in enumerate((programs.web(sockets), programs.worker(), programs.beat())):
        child = supervisor.add(
            name=program.name,
            start=partial(start_program, program, environment, user),
            stop_signal=program.stop_signal,
            log=folder.log(program.name),
            rank=rank,
        )
        if program.name == "web":
            wait_until_ready("The web server", child.process, is_healthy(options), child.log, supervisor.signals.check)


def choose_user(folder: DataFolder, environment: dict[str, str]) -> dict[str, Any]:
    """As root, the servers' user for these programs too, where it may read them; else nothing changes."""
    if os.geteuid() != 0:
        return {}
    if not unprivileged.can_run(programs.reading_check(), environment):
        say(f"The web server and the worker run as root: '{unprivileged.NAME}' may not read {ROOT} or its Python.")
        return {}
    unprivileged.own(folder.mail)
    return unprivileged.popen_arguments()


def start_program(program: Program, environment: dict[str, str], user: dict[str, Any], log: IO[bytes]) -> Process:
    return spawn(program.command, log, env=environment, pass_fds=program.files, **user)


def is_healthy(options: Options) -> Callable[[], bool]:
    """A question to the server itself, by the address that people use, past any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask() -> bool:
        try:
            with opener.open(f"http://127.0.0.1:{options.port}/healthz", timeout=HEALTH_SECONDS) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return ask


def introduce(options: Options, prepared: Prepared) -> None:
    say(f"Ready: {options.base_url}")
    say("")
    say("To sign in, open this link. It works once, within 10 minutes:")
    say(f"  {prepared.login_link}")
    say(f"For another link: {options.command('login-link')}")
    say("To stop: Ctrl-C")
    say("")


def say(line: str) -> None:
    """Prints at once; goes on when nobody can read it any more, for the programs are still to be stopped."""
    with contextlib.suppress(OSError):
        print(line, flush=True)
