"""Every table of the database, whatever is in it."""

from collections.abc import Iterator

from django.db import connection


def every_row() -> Iterator[tuple[str, str]]:
    """Each row of each table: the table's name, and the row as the text of a JSON object with all its columns."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            yield from ((table, row) for (row,) in cursor.fetchall())
