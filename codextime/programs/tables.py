"""Answers that are rows, as JSON or as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer

from codextime.lib.spreadsheets import Value, cell


@dataclass(frozen=True, slots=True)
class Table:
    """`about` surrounds the rows in JSON; its `next` is the cursor of the following page, if rows come in pages."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    about: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {**self.about, "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows]}

    def as_csv(self) -> str:
        """RFC 4180, with a line of names; null is empty, and texts that look like formulas begin with an apostrophe."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(self.columns)
        writer.writerows([cell(value) for value in row] for row in self.rows)
        return text.getvalue()


class JsonRenderer(JSONRenderer):
    """`Table`s, and what is JSON already."""

    def render(self, data: Any, *context: Any, **more: Any) -> bytes:
        return bytes(super().render(data.document() if isinstance(data, Table) else data, *context, **more))


class CsvRenderer(BaseRenderer):
    """`Table`s."""

    media_type, format, charset = "text/csv", "csv", "utf-8"

    def render(self, data: Any, *context: Any, **more: Any) -> str:
        return data.as_csv() if isinstance(data, Table) else ""
