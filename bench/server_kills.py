"""Kills of everything that `codextime up` runs, while several machines upload: web, worker, beat, broker, PostgreSQL.

The broker keeps nothing on disk, so its death loses all of its data. Each upload is sent until it has a receipt.
Afterwards calls and totals must be what the receipts say. Fails if they are not.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil

from bench.ingest import make_rows

NAME = "server-kills"
KILLS = 60
PEOPLE = 6
CALLS_PER_UPLOAD = 200
SENT_AGAIN = 20  # calls of the upload before
PAUSES = (4.0, 7.0)  # seconds between kills: what dies again within 30 counts as failing, and five times end it all
PATIENCE = 120  # seconds until it runs, or until the totals are right
KINDS = {  # by words of the command
    "gunicorn's master or one of its processes": ("gunicorn",),
    "worker, or its child": ("celery", "worker"),
    "beat": ("celery", "beat"),
    "broker": ("valkey",),
    "PostgreSQL, or one of its connections": ("postgres",),
}

PAIR = """
import json
from django.utils import timezone
from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
users = [User.objects.create_user(f"person-{n}@example.org") for n in range(%d)]
tokens = [pair_own_device(user=user, name="Bench", now=timezone.now())[1] for user in users]
print(json.dumps([(user.public_id, token) for user, token in zip(users, tokens)]))
"""
LOOK = """
import json
from django.db.models import Sum
from codextime.accounts.models import User
from codextime.usage.mark_models import DirtyDate
from codextime.usage.models import Call, Day, Slot
from codextime.usage.services import check_totals
def sums(user):
    stored = Call.objects.filter(user=user)
    made = [table.objects.filter(user=user).aggregate(Sum("calls"), Sum("output_tokens")) for table in (Slot, Day)]
    stored_sums = [stored.count(), int(stored.aggregate(Sum("output_tokens"))["output_tokens__sum"] or 0)]
    return [stored_sums, *[[int(value or 0) for value in one.values()] for one in made]]
users = User.objects.filter(email__startswith="person-").order_by("pk")
print(json.dumps({
    "dirty": DirtyDate.objects.count(), "people": [sums(user) for user in users],
    "differences": sum(len(check_totals(user_id=user.pk)) for user in users),
}))
"""


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as somebody else
        with Server(Path(folder, "data")).running() as server:
            machines = [Machine(server.port, *who, seed) for seed, who in enumerate(server.ask(PAIR % PEOPLE))]
            kills = disturb(server, machines)
            report(kills, machines, server.wait_for_totals())


class Server:
    """A running `codextime up` with an empty data folder."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.environment = os.environ | {"CODEXTIME_DATA": str(data), "PORT": str(self.port), "SYNC": "0"}
        self.program = str(Path(sys.executable).with_name("codextime"))

    @contextmanager
    def running(self) -> Iterator["Server"]:
        command = [self.program, "up"]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL) as process:
            self.process = psutil.Process(process.pid)
            try:
                self.wait_until_ready()
                yield self
            finally:
                process.send_signal(signal.SIGINT)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_ready(self.port):
            assert time.monotonic() < deadline
            assert self.process.is_running()
            time.sleep(0.2)

    def ask(self, code: str) -> Any:
        """What the code prints as JSON, run by `codextime manage shell`."""
        command = [self.program, "manage", "shell", "--verbosity=0", "--command", code]
        answer = subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True)
        return json.loads(answer.stdout.splitlines()[-1])

    def kill(self, kind: str, dice: random.Random) -> bool:
        """One process of the kind; whether there was one."""
        found = [child for child in self.process.children(recursive=True) if is_of(child, KINDS[kind])]
        if found:
            dice.choice(found).kill()
        return bool(found)

    def wait_for_totals(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while (found := self.ask(LOOK))["dirty"]:
            assert time.monotonic() < deadline, f"{found['dirty']} marks are left"
            time.sleep(1)
        return dict(found)


def is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def is_of(process: psutil.Process, words: tuple[str, ...]) -> bool:
    try:
        command = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return all(word in command for word in words)


class Machine:
    """Uploads without end, and remembers what it has receipts for."""

    def __init__(self, port: int, user_id: str, token: str, seed: int) -> None:
        self.port = port
        self.dice = random.Random(seed)
        self.user_id = user_id
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.acknowledged: dict[str, int] = {}  # output tokens by call
        self.tries = 0

    def go_on(self, is_over: threading.Event) -> None:
        before: list[dict[str, Any]] = []
        while not is_over.is_set():
            rows = list(make_rows(self.dice, CALLS_PER_UPLOAD))
            self.send([*rows, *before])
            self.acknowledged |= {row["id"]: row["output_tokens"] for row in rows}
            before = rows[:SENT_AGAIN]

    def send(self, rows: list[dict[str, Any]]) -> None:
        """Until there is a receipt, with the same upload id each time, as the tracker does."""
        upload_id = f"{self.dice.getrandbits(128):032x}"
        upload = {"protocol": 1, "upload_id": upload_id, "user": self.user_id, "source": "1" * 32, "calls": rows}
        body = json.dumps(upload).encode()
        while not self.post(body):
            time.sleep(0.2)

    def post(self, body: bytes) -> bool:
        self.tries += 1
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", "/api/v1/uploads", body, self.headers)
            answer = connection.getresponse()
            receipt = answer.read()
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
        assert answer.status in (200, 201, 429, 500, 502, 503), receipt
        return answer.status < 400


def disturb(server: Server, machines: list[Machine]) -> Counter[str]:
    """Kills while all upload; how many of each kind."""
    dice = random.Random(1)
    kills: Counter[str] = Counter()
    is_over = threading.Event()
    threads = [threading.Thread(target=machine.go_on, args=(is_over,)) for machine in machines]
    for thread in threads:
        thread.start()
    try:
        while kills.total() < KILLS:
            for kind in dice.sample(list(KINDS), len(KINDS)):
                time.sleep(dice.uniform(*PAUSES))
                kills[kind] += server.kill(kind, dice)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    return kills


def report(kills: Counter[str], machines: list[Machine], found: dict[str, Any]) -> None:
    for machine, (calls, slots, days) in zip(machines, found["people"], strict=True):
        ledger = [len(machine.acknowledged), sum(machine.acknowledged.values())]
        assert calls == slots == days == ledger, (calls, slots, days, ledger)
    assert found["differences"] == 0
    calls, tries = (
        sum(len(machine.acknowledged) for machine in machines),
        sum(machine.tries for machine in machines),
    )
    uploads = calls // CALLS_PER_UPLOAD
    print(f"{kills.total()} kills: " + ", ".join(f"{number} of {kind}" for kind, number in kills.items()))
    print(f"{calls:,} calls in {uploads:,} uploads, sent {tries:,} times; calls and totals equal the receipts.")
