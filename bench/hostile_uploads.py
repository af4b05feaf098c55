"""A million broken uploads through unpacking and decoding: each is read or refused, and none is an error of ours.

The suite sends 20,000 of the same kind through the whole server (`make test ARGS="-m soak"`).
"""

import collections
import contextlib
import io
import multiprocessing
import os
import time
from datetime import UTC, datetime

NAME = "hostile-uploads"
CASES = 1_000_000
CASES_PER_JOB = 10_000
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
USER, TOKEN = "u_7xk2m9qvt4bnrq", "cxt_none"


def run() -> None:
    began = time.perf_counter()
    found: collections.Counter[str] = collections.Counter()
    jobs = [range(first, first + CASES_PER_JOB) for first in range(0, CASES, CASES_PER_JOB)]
    with multiprocessing.Pool(initializer=set_up) as pool:
        for outcome in pool.imap_unordered(decode_some, jobs):
            found.update(outcome)
    seconds = time.perf_counter() - began
    assert found.total() == CASES, found
    print("| became | uploads |\n|---|---|")
    for outcome, number in found.most_common():
        print(f"| {outcome} | {number:,} |")
    print(f"\n{CASES:,} uploads in {seconds:,.0f} s, none of them an error.")


def set_up() -> None:
    """Django's models, which what is read refers to; no database is asked."""
    os.environ |= {"CODEXTIME_MODE": "test", "DJANGO_SETTINGS_MODULE": "codextime.config.settings"}
    import django

    django.setup()


def decode_some(numbers: range) -> dict[str, int]:
    """How often each outcome came. What is no refusal is not caught, and ends the bench with its traceback."""
    from tests.ingest.mutations import mutated

    found: collections.Counter[str] = collections.Counter()
    for number in numbers:
        upload = mutated(number, user=USER, token=TOKEN)
        found[decode(upload.body, upload.headers.get("Content-Encoding", "").lower())] += 1
    return dict(found)


def decode(body: bytes, encoding: str) -> str:
    from codextime.ingest import bodies, decoding

    refusals = (bodies.BodyTooLarge, bodies.BodyDamaged, bodies.EncodingUnknown)
    with contextlib.suppress(*refusals):
        try:
            upload = decoding.decode_upload(bodies.read_body(io.BytesIO(body), encoding), now=NOW)
        except (decoding.UploadInvalid, decoding.ProtocolUnsupported):
            return "refused as a whole"
        return "read, with some rows refused" if upload.refused else "read"
    return "not unpacked"
