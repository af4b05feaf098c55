"""How PostgreSQL answers what pages ask, with the blocks that each query touches, in a small and a grown database."""

import json
import re
from collections.abc import Callable
from typing import Any

USER = 20  # groups by session
Plan = tuple[str, str, int]  # which tables a query reads, by which ways, and how many blocks


def report(databases: dict[str, Callable[[], Any]], pages: dict[str, str]) -> None:
    """Every different query of the pages. Blocks tell what seconds on a busy machine do not."""
    found: list[dict[str, Plan]] = []
    for database in databases.values():
        with database():
            found.append({sql: plan for path in pages.values() for sql, plan in explain_page(path).items()})
    small, grown = found
    print("\n| tables | plan when grown | blocks, a hundredth | blocks, grown |\n|---|---|---|---|")
    for sql, (tables, ways, blocks) in grown.items():
        if sql in small:
            print(f"| {tables} | {ways} | {small[sql][2]} | {blocks} |")


def explain_page(path: str) -> dict[str, Plan]:
    """The plans of a page's queries on our tables, by their SQL without values."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from codextime.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(pk=USER))
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    selects = [query["sql"] for query in queries if re.search(r"\b(SELECT|WITH)\b", query["sql"][:200])]
    return {shape(sql): explain(sql) for sql in selects if re.search(r"\b(usage|boards|devices)_", sql)}


def shape(sql: str) -> str:
    return re.sub(r"'[^']*'|\b\d+\b", "?", sql)


def explain(sql: str) -> Plan:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql.replace("%", "%%"))
        [(answer,)] = cursor.fetchall()
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    nodes = list(walk(plan))
    tables = sorted({re.sub(r"_\d+$", "", node["Relation Name"]) for node in nodes if "Relation Name" in node})
    ways = {describe(node): None for node in nodes if "Relation Name" in node or "Index Name" in node}
    return ", ".join(tables), "; ".join(ways), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def walk(node: dict[str, Any]) -> Any:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


def describe(node: dict[str, Any]) -> str:
    index = node.get("Index Name")
    way = node["Node Type"]
    return f"{way} by {index}" if index else f"{way} of {node['Relation Name']}"
