"""Everything that the broker and cache hold."""

import base64
import contextlib
import json
from collections.abc import Iterator
from typing import Any

import redis


def every_key(url: str, prefix: str = "") -> Iterator[str]:
    """Each key that begins with `prefix`, with its value as text; messages unpacked."""
    with redis.Redis.from_url(url) as client:
        read: dict[bytes, Any] = {
            b"string": client.get,
            b"list": lambda key: client.lrange(key, 0, -1),
            b"set": client.smembers,
            b"hash": client.hgetall,
            b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        }
        for key in client.scan_iter(f"{prefix}*"):
            value = read[client.type(key)](key)
            yield f"{key!r}: {value!r}"
            for item in value if isinstance(value, list) else []:
                yield body_of(item)


def body_of(message: bytes) -> str:
    """What a queued message of Celery says; its body is base64."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return base64.b64decode(json.loads(message)["body"]).decode()
    return ""
