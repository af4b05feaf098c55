"""A program that asks with a read token."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from codextime.accounts.models import User
from codextime.programs.services import make_read_token


class Program:
    """Asks below `/api/v1/` with a token of `user`."""

    def __init__(self, user: User) -> None:
        self.token, self.text = make_read_token(user=user, name="Script", now=datetime(2026, 11, 1, tzinfo=UTC))

    def ask(self, path: str, **headers: str) -> HttpResponse:
        own = {"Authorization": f"Bearer {self.text}"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        return Client().get(f"/api/v1/{path}", headers=own)

    def read(self, path: str) -> Any:
        answer = self.ask(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def read_csv(self, path: str) -> list[dict[str, str]]:
        answer = self.ask(path, Accept="text/csv")
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
        return list(csv.DictReader(io.StringIO(answer.text)))
