"""Uploads as a tracker would send them, with one thing changed at a time."""

import gzip
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from codextime.accounts.models import User

URL = "/api/v1/uploads"


def call(number: int = 1, **changes: Any) -> dict[str, Any]:
    values = {
        "id": f"{number:032x}",
        "at": "2026-11-20T10:00:00.000Z",
        "model": "gpt-5.1-codex",
        "input_tokens": 1000,
        "cached_input_tokens": 600,
        "cache_write_input_tokens": 0,
        "output_tokens": 100,
        "reasoning_output_tokens": 40,
        "revision": 257,
    }
    return values | changes


def envelope(user: User, *calls: dict[str, Any], upload: int = 1, **changes: Any) -> dict[str, Any]:
    ids = {"protocol": 1, "upload_id": f"{upload:032x}", "user": user.public_id, "source": "5" * 32}
    return {**ids, "calls": list(calls), **changes}


def post(client: Client, token: str, body: Any, **headers: str) -> HttpResponse:
    """Sends a dict as gzipped JSON, or bytes as they are."""
    packed = body if isinstance(body, bytes) else gzip.compress(json.dumps(body).encode())
    encoding = {} if isinstance(body, bytes) else {"Content-Encoding": "gzip"}
    return client.post(
        URL,
        packed,
        content_type="application/json",
        headers={
            "Authorization": f"Bearer {token}",
            **encoding,
            **{k.replace("_", "-"): v for k, v in headers.items()},
        },
    )
