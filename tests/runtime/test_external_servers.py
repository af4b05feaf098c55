"""`codextime up` on servers that are there already."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from codextime.runtime import external
from codextime.runtime.errors import StartRefused
from tests.runtime.running import Up, make_data_folder, run

DATABASE = f"test_up_{os.getpid()}"


@pytest.fixture
def database_url() -> Iterator[str]:
    """A database of its own on the server of this test run."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
        yield os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + DATABASE
        connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.fixture
def data() -> Iterator[Path]:
    folder = make_data_folder()
    yield folder
    shutil.rmtree(folder.parent, ignore_errors=True)


@pytest.mark.soak  # the containers on Debian do the same in `.ci/run`
def test_it_uses_them_and_starts_none(database_url: str, data: Path) -> None:
    up = Up(data, DATABASE_URL=database_url, REDIS_URL=os.environ["REDIS_URL"], CODEXTIME_NAMESPACE=DATABASE)

    up.wait_for("To stop: Ctrl-C")

    assert httpx.get(f"{up.url}/healthz").status_code == 200
    assert run("login-link", data).stdout.startswith(f"{up.url}/sign-in/")
    assert up.interrupt() == 0
    assert [line for line in up.lines if "stopping" in line] == [
        "  stopping web",
        "  stopping worker",
        "  stopping beat",
    ]
    assert not list((data / "postgres").iterdir())


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", "mysql://localhost/codextime"),
        ("DATABASE_URL", "postgres://%2Fnowhere/codextime"),
        ("REDIS_URL", "nonsense"),
        ("REDIS_URL", "unix:///nowhere?db=0"),
    ],
)
def test_one_that_cannot_be_used_is_refused_with_what_to_do(data: Path, variable: str, url: str) -> None:
    servers = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}

    refused = run("up", data, **servers | {variable: url})

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"The server that {variable} names cannot be used: ")
    assert f"unset {variable}" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("require", [external.require_database, external.require_broker])
def test_one_that_says_nothing_is_not_waited_for(
    require: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "PATIENCE_SECONDS", 1)
    scheme = "postgres" if require is external.require_database else "redis"

    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(StartRefused, match="cannot be used"):
        require(f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/0")
