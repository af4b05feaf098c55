"""Names of models that do not look like OpenAI's: they leave as `custom` until their owner allows them, one by one."""

from typing import NamedTuple

from codextime_tracker.allowlist import contract, may_be_allowed, model_that_may_leave
from codextime_tracker.exits import UsageRefused
from codextime_tracker.index import Index

COUNTED = "superseded_by IS NULL AND kind != 'withdrawn'"
OFFER = """
    INSERT INTO calls SELECT ?1, thread, identity, at, model, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens, logged_total_tokens, flags, revision, file,
    'replaced', 'completed', NULL FROM calls WHERE number = ?2
"""


class CustomModel(NamedTuple):
    """A name in the logs, in how many calls, and whether it may leave: by its owner's word, or at all."""

    name: str
    calls: int
    is_allowed: bool
    may_be_allowed: bool


class NameNotAllowable(UsageRefused):
    """The name is none that may leave, or no call has it."""


def allowed_models(index: Index) -> frozenset[str]:
    return frozenset(name for (name,) in index.connection.execute("SELECT name FROM allowed_models"))


def list_custom_models(index: Index) -> list[CustomModel]:
    """By name. A call that two homes hold counts twice."""
    rows = index.connection.execute(
        f"SELECT model, count(*) FROM calls WHERE {COUNTED} AND model IS NOT NULL GROUP BY model ORDER BY model"
    ).fetchall()
    allowed = allowed_models(index)
    is_custom = contract()["models"]["otherwise"]
    return [
        CustomModel(name, calls, name in allowed, may_be_allowed(name))
        for name, calls in rows
        if model_that_may_leave(name) == is_custom
    ]


def allow_model(index: Index, name: str) -> int:
    """Lets the name leave, and makes a new change of each call that has it; their number. Raises `NameNotAllowable`.

    The revision stays: a server takes a name in place of `custom` from a reading that is as good.
    """
    known = next((each for each in list_custom_models(index) if each.name == name), None)
    if known is None:
        raise NameNotAllowable(f"No call was sent as custom under the name {name!r}. See: codextime-tracker models")
    if not known.may_be_allowed:
        raise NameNotAllowable(
            f"{name!r} can only leave as custom: a name has at most 64 letters, digits, dots, colons, plus signs and "
            "hyphens, with at most one slash inside."
        )
    with index.transaction() as connection:
        connection.execute("INSERT OR IGNORE INTO allowed_models VALUES (?)", (name,))
        rows = connection.execute(f"SELECT number FROM calls WHERE {COUNTED} AND model = ?", (name,)).fetchall()
        for fresh, (number,) in enumerate(rows if not known.is_allowed else [], index.last_change() + 1):
            connection.execute("UPDATE calls SET superseded_by = ? WHERE number = ?", (fresh, number))
            connection.execute(OFFER, (fresh, number))
    return known.calls
