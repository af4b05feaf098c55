"""`codextime up`, as somebody meets it who has cloned the project."""

import contextlib
import json
import os
import re
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.runtime.running import DEADLINE_SECONDS, Up, make_data_folder, run, sign_in, wait_until

ROLLOUTS = Path(__file__).parents[1] / "data" / "rollouts" / "0.169.0"
READY = "To stop: Ctrl-C"
# Starts of all servers, of which one can be used by most: a twentieth of what all tests cost.
pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("up")]


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """One for all tests that leave it running."""
    data = make_data_folder()
    started = Up(data, SYNC="1", CODEX_HOME=str(ROLLOUTS / "home"), HOME=str(data.parent))
    started.wait_for(READY)
    yield started
    started.end()


def is_healthy(up: Up) -> bool:
    return httpx.get(f"{up.url}/healthz", timeout=DEADLINE_SECONDS).status_code == 200


def test_it_answers_on_both_loopback_addresses_when_it_says_that_it_is_ready(up: Up) -> None:
    for host in ("127.0.0.1", "[::1]", "localhost"):
        answer = httpx.get(f"http://{host}:{up.port}/healthz")

        assert (answer.status_code, answer.text) == (200, "ok\n")


def test_another_host_name_is_refused_because_a_foreign_page_could_point_it_here(up: Up) -> None:
    assert httpx.get(f"{up.url}/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_nobody_moves_the_pages_by_a_header_for_proxies(up: Up) -> None:
    assert httpx.get(f"{up.url}/healthz", headers={"SCRIPT_NAME": "/elsewhere"}).status_code < 500


def test_a_forwarded_port_is_accepted(up: Up) -> None:
    assert httpx.get(f"{up.url}/healthz", headers={"Host": "localhost:9000"}).status_code == 200


def sockets_of(process: psutil.Process) -> list[Any]:
    """None for a process that ended meanwhile: PostgreSQL's helpers come and go."""
    try:
        return list(process.net_connections())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def test_nothing_listens_beyond_loopback(up: Up) -> None:
    listening = [row for process in up.children() for row in sockets_of(process) if row.status == "LISTEN"]

    assert {row.laddr.ip for row in listening} == {"127.0.0.1", "::1"}


def test_slow_clients_do_not_keep_others_waiting(up: Up) -> None:
    with contextlib.ExitStack() as stack:
        for _number in range(8):  # fewer than one process has threads, for the same one may get all
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", up.port)))
            slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Never")

        for _number in range(8):
            assert httpx.get(f"{up.url}/healthz", timeout=4).status_code == 200


def test_the_printed_link_signs_in_once(up: Up) -> None:
    assert sign_in(up.login_link()) == 302
    assert sign_in(up.login_link()) == 410


def test_login_link_makes_another_one_and_no_log_has_it(up: Up) -> None:
    link = run("login-link", up.data).stdout.strip()

    assert link.startswith(f"{up.url}/sign-in/")
    assert sign_in(link) == 302
    written = "".join(path.read_text() for path in (up.data / "logs").iterdir())
    assert link.rpartition("/")[2] not in written


def test_the_codex_home_of_this_machine_is_on_the_dashboard_to_the_token(up: Up) -> None:
    by_model = json.loads((ROLLOUTS / "expected.json").read_text())["by_model"]
    tokens = sum(row["input"] + row["output"] for row in by_model.values())
    browser = httpx.Client(timeout=DEADLINE_SECONDS)
    sign_in(run("login-link", up.data).stdout.strip(), browser)

    def page() -> str:
        return browser.get(f"{up.url}/dashboard?period=all").text

    wait_until(lambda: f"{tokens:,}" in page(), lambda: f"{tokens}: {up.lines}")
    assert f"{tokens:,}" in page()


def test_nobody_can_sign_up(up: Up) -> None:
    page = httpx.get(f"{up.url}/accounts/signup/")

    assert 'name="password1"' not in page.text


def test_manage_works_on_the_data_of_a_running_one(up: Up) -> None:
    shown = run("manage showmigrations accounts", up.data)

    assert "[X] 0001_initial" in shown.stdout


def test_what_follows_a_command_of_djangos_is_djangos_to_read(up: Up) -> None:
    assert "all are what the calls add up to" in run("check-totals", up.data).stdout
    assert "say that you compared the rates" in run("pricing --help", up.data).stdout
    assert "gpt-5.4 from 5 Mar 2026: $2.5 input" in run("pricing confirm gpt-5.4", up.data).stdout


def test_secrets_are_readable_by_their_owner_only(up: Up) -> None:
    for name in ("secret-key", "state.json", "upload-token"):
        assert stat.S_IMODE((up.data / name).stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="a normal user's programs run as that user")
def test_what_serves_pages_runs_as_root_only_where_it_must_and_says_so(up: Up) -> None:
    is_said = any("run as root" in line for line in up.lines)

    for word in ("gunicorn", "config.celery"):
        assert up.child(word).username() == ("root" if is_said else "codextime")


def test_a_second_one_on_the_same_data_is_refused_and_told_where_the_first_is(up: Up) -> None:
    refused = run("up", up.data, PORT="0" + str(up.port + 1))

    assert refused.returncode == 1
    assert f"(process {up.process.pid}, {up.url})" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_taken_port_is_refused_with_one_that_is_free(up: Up) -> None:
    data = make_data_folder()

    refused = run("up", data, PORT=str(up.port))

    assert refused.returncode == 1
    again = rf"make up PORT=\d+ CODEXTIME_DATA={re.escape(str(data))}"
    assert re.search(rf"^Port {up.port} is taken.*\nChoose another one: {again}\n$", refused.stderr)
    assert not data.exists()
    shutil.rmtree(data.parent)


@pytest.mark.parametrize(("name", "word"), [("beat", " beat "), ("PostgreSQL", "postgres")])
def test_a_program_that_dies_is_started_again_with_a_message(up: Up, name: str, word: str) -> None:
    first = up.child(word)

    first.kill()

    up.wait_for(f"{name} was killed (SIGKILL): starting it again")
    up.child(word, other_than=first)
    wait_until(lambda: is_healthy(up), lambda: "a healthy server")
    assert up.child(word).pid != first.pid


def test_a_database_that_somebody_asked_to_end_does_not_wait_for_its_clients(up: Up) -> None:
    first = up.child("postgres")

    first.terminate()

    up.child("postgres", other_than=first)
    assert "received fast shutdown request" in (up.data / "logs" / "postgresql.log").read_text()
    wait_until(lambda: is_healthy(up), lambda: "a healthy server")


def test_nothing_outlives_a_killed_one_and_the_next_one_has_its_data_and_stops_in_order() -> None:
    first = Up(make_data_folder())
    first.wait_for(READY)
    first.child("reaper.py").kill()
    first.wait_for("the reaper, which ends all this if it is killed, was killed (SIGKILL): started it again")
    owner, programs = run("manage make_owner owner@localhost", first.data).stdout, first.children()
    first.process.kill()  # and never waited for: a zombie is not alive

    second = Up(first.data, PORT=str(first.port))
    second.wait_for(READY)
    assert not [process for process in programs if is_alive(process)]
    reaper, programs = second.child("reaper.py"), second.children()
    reaper.suspend()  # so that both are gone at the same moment
    second.process.kill()
    reaper.kill()

    third = Up(first.data, PORT=str(first.port))
    third.wait_for(READY)
    assert not [process for process in programs if is_alive(process)]
    assert run("manage make_owner owner@localhost", third.data).stdout == owner
    programs = third.children()

    assert third.interrupt() == 0

    assert not [process for process in programs if is_alive(process)]
    wait_until(lambda: third.lines[-1] == "Stopped. The data is kept.", lambda: str(third.lines))
    stopped = [line.removeprefix("  stopping ") for line in third.lines if line.startswith("  stopping ")]
    assert stopped == ["web", "worker", "beat", "the broker", "PostgreSQL"]
    third.end()


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
