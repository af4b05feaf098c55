"""An export as a ZIP file on the disk: PostgreSQL writes each table, a piece at a time, whatever its size."""

import json
from collections.abc import Iterator
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import connection

from codextime.exports.tables import CSV_FILES, JSON_FILES, README

PART_BYTES = 1024 * 1024


def write_zip(file: IO[bytes], *, user_id: int) -> None:
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr("README.txt", README)
        for name, statement in JSON_FILES.items():
            archive.writestr(name, json.dumps(read_objects(statement, user_id), indent=2, ensure_ascii=False))
        for name, statement in CSV_FILES.items():
            with archive.open(name, "w", force_zip64=True) as entry:
                copy_csv(statement, user_id, entry)


def read_objects(statement: str, user_id: int) -> list[dict[str, Any]]:
    """Of tables that people fill by hand, and so are short."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT row_to_json(line)::text FROM ({statement}) line", {"user": user_id})
        return [json.loads(line) for (line,) in cursor.fetchall()]


def copy_csv(statement: str, user_id: int, entry: IO[bytes]) -> None:
    sql = f"COPY ({statement}) TO STDOUT (FORMAT CSV, HEADER)"
    with connection.cursor() as cursor, cursor.copy(sql, {"user": user_id}) as copy:
        for block in copy:
            entry.write(block)


def read_parts(file: IO[bytes]) -> Iterator[bytes]:
    """The file from its beginning, in pieces of `PART_BYTES`."""
    file.seek(0)
    while part := file.read(PART_BYTES):
        yield part
