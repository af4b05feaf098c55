"""Names of models that do not look like OpenAI's: they leave as `custom` until their owner allows them, one by one."""

from pathlib import Path
from typing import NamedTuple

from codextime_tracker.allowed_names import read_allowed_names, write_allowed_names
from codextime_tracker.allowlist import contract, may_be_allowed, model_that_may_leave
from codextime_tracker.exits import UsageRefused
from codextime_tracker.index import Index

COUNTED = "superseded_by IS NULL AND kind != 'withdrawn'"
OFFER = """
    INSERT INTO calls SELECT ?1, thread, identity, at, model, input_tokens, cached_input_tokens,
    cache_write_input_tokens, output_tokens, reasoning_output_tokens, logged_total_tokens, flags, revision, file,
    'replaced', ?3, NULL FROM calls WHERE number = ?2
"""


class CustomModel(NamedTuple):
    """A name in the logs, in how many calls, and whether it may leave: by its owner's word, or at all."""

    name: str
    calls: int
    is_allowed: bool
    may_be_allowed: bool


class NameNotAllowable(UsageRefused):
    """The name is none that may leave, or no call has it."""


class NameNotAllowed(UsageRefused):
    """What shall be taken back was not given."""


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


def allow_model(index: Index, path: Path, name: str) -> int:
    """Lets the name leave; the number of its calls. Raises `NameNotAllowable` and `CannotWrite`."""
    settle_names(index, path)
    known = next((each for each in list_custom_models(index) if each.name == name), None)
    if known is None:
        raise NameNotAllowable(f"No call was sent as custom under the name {name!r}. See: codextime-tracker models")
    if not known.may_be_allowed:
        raise NameNotAllowable(
            f"{name!r} can only leave as custom: a name has at most 64 letters, digits, dots, colons, plus signs and "
            "hyphens, with at most one slash inside."
        )
    write_allowed_names(path, allowed_models(index) | {name})
    settle_names(index, path)
    return known.calls


def disallow_model(index: Index, path: Path, name: str) -> int:
    """Takes that back; the number of its calls. Raises `NameNotAllowed` and `CannotWrite`."""
    settle_names(index, path)
    names = allowed_models(index)
    if name not in names:
        raise NameNotAllowed(f"{name!r} is not allowed to leave. See: codextime-tracker models")
    write_allowed_names(path, names - {name})
    return settle_names(index, path)


def settle_names(index: Index, path: Path) -> int:
    """Brings the index up to what the file of names says; the number of calls that are sent anew for it.

    The index remembers too, so each of the two survives the other, and a run that was killed between them is made up
    for. Raises `CannotWrite`.
    """
    here, wanted = allowed_models(index), read_allowed_names(path)
    if wanted is None:
        if here:
            write_allowed_names(path, here)
        return 0
    if here == wanted:
        return 0
    with index.transaction() as connection:
        connection.execute("DELETE FROM allowed_models")
        connection.executemany("INSERT INTO allowed_models VALUES (?)", [(name,) for name in sorted(wanted)])
        shown = sum(offer_again(index, name, "completed") for name in sorted(wanted - here))
        return shown + sum(offer_again(index, name, "name_hidden") for name in sorted(here - wanted))


def offer_again(index: Index, name: str, reason: str) -> int:
    """Makes a new change of each call of that name; their number.

    The revision stays: a server takes a name in place of `custom` from a reading that is as good, and `custom` in place
    of a name if it shall be hidden.
    """
    query = index.connection.execute
    rows = query(f"SELECT number FROM calls WHERE {COUNTED} AND model = ?", (name,)).fetchall()
    for fresh, (number,) in enumerate(rows, index.last_change() + 1):
        query("UPDATE calls SET superseded_by = ? WHERE number = ?", (fresh, number))
        query(OFFER, (fresh, number, reason))
    return len(rows)
