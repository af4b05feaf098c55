"""The database and the broker of one data folder: ours, or the ones that DATABASE_URL and REDIS_URL name."""

import signal

from codextime.runtime import binaries, external
from codextime.runtime.broker import Broker
from codextime.runtime.data_folder import DataFolder
from codextime.runtime.options import Options
from codextime.runtime.postgres import Postgres
from codextime.runtime.processes import Reaper, wait_until_ready
from codextime.runtime.sockets import SOCKET_FOLDER_PREFIX, make_socket_folder
from codextime.runtime.supervisor import Supervisor

BROKER_RANK, POSTGRES_RANK = 90, 91  # stopped after all that uses them


class Embedded:
    """Starts the servers under `supervisor`. `StartRefused` when one does not start."""

    def __init__(self, options: Options, folder: DataFolder, reaper: Reaper) -> None:
        self._options, self._folder = options, folder
        self.sockets = make_socket_folder(SOCKET_FOLDER_PREFIX)
        reaper.remove_later(self.sockets)
        self._postgres: Postgres | None = None
        self._broker: Broker | None = None
        if not options.database_url:
            self._postgres = Postgres(folder.postgres, self.sockets, binaries.postgres_folder(folder.programs))
        if not options.redis_url:
            self._broker = Broker(self.sockets, binaries.broker_program(folder.programs))

    @property
    def database_url(self) -> str:
        return self._postgres.url if self._postgres else self._options.database_url

    @property
    def redis_url(self) -> str:
        return self._broker.url if self._broker else self._options.redis_url

    def start(self, supervisor: Supervisor) -> None:
        """Returns when both answer."""
        if self._postgres:
            self._postgres.make()
            self._postgres.end_orphan()
        else:
            external.require_database(self._options.database_url)
        if not self._broker:
            external.require_broker(self._options.redis_url)
        started = []
        for name, server, number, rank in (
            ("PostgreSQL", self._postgres, signal.SIGINT, POSTGRES_RANK),
            ("the broker", self._broker, signal.SIGTERM, BROKER_RANK),
        ):
            if server:
                log = self._folder.log(name.removeprefix("the ").lower())
                child = supervisor.add(
                    name=name, start=server.start, stop_signal=number, log=log, rank=rank, is_ending=server.is_ending
                )
                started.append((child, server))
        for child, server in started:
            wait_until_ready(child.name, child.process, server.is_ready, child.log, supervisor.signals.check)
