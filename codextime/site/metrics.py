"""The operator's metrics in Prometheus's text format (version 0.0.4), and who may read them."""

import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import Error
from redis import RedisError

from codextime.lib import metrics
from codextime.lib.bearer import read_bearer
from codextime.lib.clients import is_within
from codextime.lib.heartbeats import HeartbeatsUnknown, last_heartbeats
from codextime.lib.metrics import Counter, Histogram
from codextime.lib.patience import patience
from codextime.usage.selectors import count_dirty_dates, oldest_dirty_date_at

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
QUEUE = "celery"


class Gauge(NamedTuple):
    """A state of this moment; `values` by the value of its label, or by "" without one."""

    name: str
    help: str
    label: str
    values: Mapping[str, float]


def may_read(*, authorization: str, sender: str) -> bool:
    """Who has the operator's token, or asks from a network that the operator named."""
    is_known = hmac.compare_digest(read_bearer(authorization).encode(), settings.METRICS_TOKEN.encode())
    return bool(settings.METRICS_TOKEN and is_known) or is_within(sender, settings.METRICS_NETWORKS)


def get_metrics(*, now: datetime) -> str:
    """All that is counted, and the state of this moment; without what the database or the broker does not answer."""
    lines = [line for gauge in (*database_gauges(now), *broker_gauges(now)) for line in write_gauge(gauge)]
    try:
        samples = metrics.read()
    except RedisError:
        samples = {}
    for metric in metrics.ALL:
        lines += write_histogram(metric, samples) if isinstance(metric, Histogram) else write_counter(metric, samples)
    return "\n".join([*lines, ""])


def database_gauges(now: datetime) -> Iterator[Gauge]:
    is_there = True
    try:
        with patience(settings.HEALTH_SECONDS):
            waiting, oldest = count_dirty_dates(), oldest_dirty_date_at()
    except Error:
        is_there = False
    yield Gauge("codextime_database_up", "Whether the database answers.", "", {"": is_there})
    if is_there:
        age = (now - oldest).total_seconds() if oldest else 0
        yield Gauge("codextime_dirty_dates", "UTC dates of users that wait for their totals.", "", {"": waiting})
        yield Gauge("codextime_dirty_date_age_seconds", "How long the oldest of them waits.", "", {"": max(age, 0)})


def broker_gauges(now: datetime) -> Iterator[Gauge]:
    try:
        beats = last_heartbeats("worker", "beat", now=now)
        prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
        waiting = metrics.connect(settings.CACHES["default"]["LOCATION"]).llen(f"{prefix}{QUEUE}")
    except (HeartbeatsUnknown, RedisError):
        yield Gauge("codextime_broker_up", "Whether the broker answers.", "", {"": False})
        return
    yield Gauge("codextime_broker_up", "Whether the broker answers.", "", {"": True})
    yield Gauge("codextime_queue_length", "Tasks that no worker has begun.", "", {"": int(waiting)})
    known = {process: seconds for process, seconds in beats.items() if seconds is not None}
    yield Gauge("codextime_heartbeat_age_seconds", "Since when a process is silent.", "process", known)


def write_gauge(gauge: Gauge) -> list[str]:
    head = [f"# HELP {gauge.name} {gauge.help}", f"# TYPE {gauge.name} gauge"]
    return head + [sample(gauge.name, gauge.label, value, amount) for value, amount in gauge.values.items()]


def write_counter(counter: Counter, samples: Mapping[str, float]) -> list[str]:
    prefix = f"{counter.name}|"
    found = {field.removeprefix(prefix): amount for field, amount in samples.items() if field.startswith(prefix)}
    if not counter.label:
        found = {"": found.get("", 0)}
    head = [f"# HELP {counter.name} {counter.help}", f"# TYPE {counter.name} counter"]
    return head + [sample(counter.name, counter.label, value, found[value]) for value in sorted(found)]


def write_histogram(histogram: Histogram, samples: Mapping[str, float]) -> list[str]:
    lines = [f"# HELP {histogram.name} {histogram.help}", f"# TYPE {histogram.name} histogram"]
    count = 0.0
    for bound in (*(f"{bound:g}" for bound in histogram.bounds), "+Inf"):
        count += samples.get(f"{histogram.name}|{bound}", 0)
        lines.append(sample(f"{histogram.name}_bucket", "le", bound, count))
    total = samples.get(f"{histogram.name}|sum", 0)
    return [*lines, sample(f"{histogram.name}_sum", "", "", total), sample(f"{histogram.name}_count", "", "", count)]


def sample(name: str, label: str, value: str, amount: float) -> str:
    """Values are words of ours, which need no escaping."""
    labels = f'{{{label}="{value}"}}' if label else ""
    return f"{name}{labels} {float(amount):.17g}"
