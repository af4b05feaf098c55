"""What a migration must not do, so that an upgrade stops nothing: programs of the old release run for a while on the
migrated database, and what locks a large table holds up every upload. See "Migrations" in docs/operations.md."""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, RemoveIndexConcurrently
from django.db.migrations import Migration, operations
from django.db.migrations.state import ProjectState
from django.db.models import Field, ManyToManyField

REMOVING = (
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
    operations.DeleteModel,
    operations.AlterModelTable,
)
WITHOUT_RULES = (operations.RunSQL, operations.RunPython)


def find_problems(migration: Migration, before: ProjectState) -> list[str]:
    """A sentence for each operation that breaks a rule; none if the migration says why it is safe all the same."""
    if getattr(migration, "is_safe_because", ""):
        return []
    made: set[str] = set()
    problems: list[str] = []
    for operation in flatten(migration.operations):
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name_lower)
        problems += [f"{operation.describe()}: {problem}" for problem in judge(operation, before, made, migration)]
    return problems


def flatten(steps: list[Any]) -> Iterator[Any]:
    """What is done to the database."""
    for step in steps:
        if isinstance(step, operations.SeparateDatabaseAndState):
            yield from flatten(step.database_operations)
        else:
            yield step


def judge(operation: Any, before: ProjectState, made: set[str], migration: Migration) -> Iterator[str]:
    table = getattr(operation, "model_name_lower", "")
    if isinstance(operation, REMOVING):
        yield "the old release still uses it; remove it one release after nothing does"
    elif isinstance(operation, WITHOUT_RULES):
        yield "nobody but you knows what it locks"
    elif table not in made:
        yield from judge_column(operation, before, migration)
        yield from judge_index(operation, migration)


def judge_column(operation: Any, before: ProjectState, migration: Migration) -> Iterator[str]:
    if isinstance(operation, operations.AddField):
        if not can_be_left_out(operation.field):
            yield "the old release inserts rows without it; make it null or give it a db_default"
    elif isinstance(operation, operations.AlterField):
        old = before.models[migration.app_label, operation.model_name_lower].fields[operation.name]
        if not is_only_relaxed(old, operation.field):
            yield "the table may be rewritten or read as a whole; add another column instead"


def judge_index(operation: Any, migration: Migration) -> Iterator[str]:
    if isinstance(operation, AddIndexConcurrently | RemoveIndexConcurrently):
        if migration.atomic:
            yield "concurrently means atomic = False"
    elif isinstance(operation, operations.AddIndex | operations.RemoveIndex):
        yield "uploads wait until the index is built; take AddIndexConcurrently"
    elif isinstance(operation, operations.AddConstraint) and not isinstance(operation, AddConstraintNotValid):
        yield "uploads wait until all rows are checked; take AddConstraintNotValid, then ValidateConstraint"


def can_be_left_out(field: Field) -> bool:
    return field.null or field.has_db_default() or isinstance(field, ManyToManyField)


def is_only_relaxed(old: Field, new: Field) -> bool:
    """Whether they are the same to the database, but for nulls that are allowed now."""
    old_says, new_says = describe(old), describe(new)
    was_null, is_null = old_says.pop("null", False), new_says.pop("null", False)
    return old_says == new_says and (is_null or not was_null)


def describe(field: Field) -> dict[str, Any]:
    _, kind, arguments, options = field.deconstruct()
    kept = {name: value for name, value in options.items() if name not in field.non_db_attrs}
    return {"kind": kind, "arguments": arguments, **kept}
