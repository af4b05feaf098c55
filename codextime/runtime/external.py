"""The servers that DATABASE_URL and REDIS_URL name: asked once, before anything relies on them."""

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from codextime.runtime.errors import StartRefused

PATIENCE_SECONDS = 5


def require_database(url: str) -> None:
    """`StartRefused` unless a PostgreSQL answers there."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise refusal(
            "DATABASE_URL", "it is no address of a PostgreSQL, such as postgres://user:password@host/database"
        )
    try:
        psycopg.connect(url, connect_timeout=PATIENCE_SECONDS).close()
    except psycopg.Error as error:
        raise refusal("DATABASE_URL", str(error)) from error


def require_broker(url: str) -> None:
    """`StartRefused` unless a Redis or Valkey answers there."""
    try:
        limits = {"socket_connect_timeout": PATIENCE_SECONDS, "socket_timeout": PATIENCE_SECONDS}
        with redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), **limits) as connection:
            connection.ping()
    except (redis.RedisError, ValueError) as error:
        raise refusal("REDIS_URL", str(error)) from error


def refusal(variable: str, reason: str) -> StartRefused:
    return StartRefused(
        f"The server that {variable} names cannot be used: {reason.strip()}\n"
        f"Start it or correct the address; or unset {variable}, and Codextime starts a server of its own."
    )
