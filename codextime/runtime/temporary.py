"""A PostgreSQL and a broker for one run of the tests."""

import signal
from dataclasses import dataclass

from codextime.runtime import binaries
from codextime.runtime.broker import Broker
from codextime.runtime.postgres import Postgres
from codextime.runtime.processes import Reaper, wait_until_ready
from codextime.runtime.sockets import make_socket_folder


@dataclass(frozen=True)
class TemporaryServers:
    """A PostgreSQL and a broker in a folder of their own, gone with the process that made them."""

    database_url: str
    redis_url: str
    reaper: Reaper

    @classmethod
    def start(cls) -> "TemporaryServers":
        folder = make_socket_folder("codextime-test")
        reaper = Reaper()
        reaper.remove_later(folder)
        postgres = Postgres(folder / "data", folder, binaries.postgres_folder(folder), is_durable=False)
        broker = Broker(folder, binaries.broker_program(folder))
        log = folder / "servers.log"
        with log.open("ab") as output:
            postgres.make()
            database_process = postgres.start(output)
            reaper.end_later(database_process, signal.SIGINT, rank=2)
            broker_process = broker.start(output)
            reaper.end_later(broker_process, signal.SIGTERM, rank=1)
        wait_until_ready("The broker", broker_process, broker.is_ready, log)
        wait_until_ready("PostgreSQL", database_process, postgres.is_ready, log)
        return cls(postgres.url, broker.url, reaper)

    def stop(self) -> None:
        self.reaper.finish()
