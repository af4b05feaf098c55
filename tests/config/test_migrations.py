"""The rules for migrations hold for each that came after them, and catch what they should."""

from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from tests.config.migration_rules import find_problems

# The last ones that were made before the rules: nobody ran an older release then.
BEFORE_THE_RULES = {"accounts": 3, "boards": 5, "devices": 2, "ingest": 2, "pricing": 1, "usage": 8}

STATE = ProjectState({("usage", "call"): ModelState("usage", "Call", [("id", models.IntegerField(null=True))])})
INDEX = models.Index(fields=["id"], name="usage_call_id")


def ours() -> list[Migration]:
    loader = MigrationLoader(None)
    return [
        migration
        for (app, name), migration in sorted(loader.disk_migrations.items())
        if migration.__module__.startswith("codextime.") and int(name[:4]) > BEFORE_THE_RULES.get(app, 0)
    ]


@pytest.mark.parametrize("migration", ours(), ids=str)
def test_a_migration_stops_no_running_server(migration: Migration) -> None:
    before = MigrationLoader(None).project_state((migration.app_label, migration.name), at_end=False)

    assert find_problems(migration, before) == []


def problems_of(*steps: Any, is_atomic: bool = True, **attributes: str) -> list[str]:
    made = type("Migration", (Migration,), {"operations": list(steps), "atomic": is_atomic, **attributes})
    return find_problems(made("0100_made_up", "usage"), STATE)


@pytest.mark.parametrize(
    "step",
    [
        operations.AddField("call", "new", models.IntegerField(default=0)),
        operations.RemoveField("call", "id"),
        operations.RenameField("call", "id", "number"),
        operations.DeleteModel("Call"),
        operations.AlterField("call", "id", models.IntegerField()),
        operations.AlterField("call", "id", models.BigIntegerField(null=True)),
        operations.AddIndex("call", INDEX),
        operations.AddConstraint("call", models.CheckConstraint(condition=models.Q(id__gt=0), name="positive")),
        operations.RunSQL("SELECT 1"),
        AddIndexConcurrently("call", INDEX),
        operations.SeparateDatabaseAndState([operations.RunSQL("SELECT 1")]),
    ],
    ids=lambda step: step.describe(),
)
def test_what_could_stop_one_is_found_unless_it_says_why_it_does_not(step: Any) -> None:
    assert len(problems_of(step)) == 1
    assert problems_of(step, is_safe_because="the table is empty before this release") == []


def test_what_stops_nothing_is_allowed() -> None:
    assert not problems_of(
        operations.AddField("call", "new", models.IntegerField(null=True)),
        operations.AddField("call", "other", models.BooleanField(db_default=False)),
        operations.AlterField("call", "id", models.IntegerField(null=True, choices=[(1, "one")])),
        operations.CreateModel("Note", [("id", models.IntegerField(primary_key=True))]),
        operations.AddIndex("note", models.Index(fields=["id"], name="note_id")),
    )
    assert not problems_of(AddIndexConcurrently("call", INDEX), is_atomic=False)
