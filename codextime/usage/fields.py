"""Columns for sums of tokens."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

if TYPE_CHECKING:
    Base = models.BigIntegerField[int, int]  # generic in the stubs only
    OptionalBase = models.BigIntegerField[int | None, int | None]
else:
    Base = OptionalBase = models.BigIntegerField


class WithoutLargest:
    """A whole number without a largest value: two calls of 63 bits no longer fit a bigint."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "numeric"

    def from_db_value(self, value: Any, expression: Expression, connection: BaseDatabaseWrapper) -> int | None:
        return None if value is None else int(value)


class TokenSumField(WithoutLargest, Base):
    """A sum of tokens."""


class TokenBoundField(WithoutLargest, OptionalBase):
    """The least or the most tokens of something; `None` is not known."""
