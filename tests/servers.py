"""A pytest plugin: one PostgreSQL and one broker per run, started before Django's settings and the xdist workers.

Workers inherit the two addresses; each has a database (pytest-django) and a broker namespace (`CODEXTIME_NAMESPACE`) of
its own. With `DATABASE_URL` and `REDIS_URL` set, those servers are used and nothing is started.
"""

import os
import subprocess
import sys

import pytest

from codextime.runtime.temporary import TemporaryServers
from tests import template

started: list[TemporaryServers] = []
beside: list["subprocess.Popen[bytes]"] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    # Tests start hundreds of Pythons. Where nothing compiled may be kept, each compiles Django anew, in three seconds.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["CODEXTIME_NAMESPACE"] = os.environ.get("PYTEST_XDIST_WORKER", "main") + f"-{os.getpid()}"
    os.environ.setdefault("CODEXTIME_MODE", "test")
    # A machine that has much else to do is not under pressure of uploads; tests of that say so by dates.
    os.environ.setdefault("CODEXTIME_UPLOADS_WAIT_ABOVE_SECONDS", "60")
    for name in ("GITHUB", "GOOGLE"):  # sign-in with them is there, and no test goes out to them
        os.environ[f"CODEXTIME_{name}_ID"], os.environ[f"CODEXTIME_{name}_SECRET"] = f"{name.lower()}-id", "a secret"
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    servers = TemporaryServers.start()
    started.append(servers)
    os.environ.setdefault("DATABASE_URL", servers.database_url)
    os.environ.setdefault("REDIS_URL", servers.redis_url)
    if getattr(early_config.known_args_namespace, "numprocesses", None):
        beside.append(template.make_beside())


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    for process in beside:
        process.terminate()
        process.wait()
    while started:
        started.pop().stop()
