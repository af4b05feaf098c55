"""Finds texts for people in Python that no translator would ever see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext"}
# What programs read: settings of columns and classes, addresses, types.
FOR_PROGRAMS = {"TypeVar", "compile", "getLogger"}
# Two words, one alone with a capital letter, or the edge of one that is put together with something.
SENTENCE = re.compile(r"[^\W\d_]{2,}[,:;.]? [^\W\d_]{2,}|^[A-Z][a-z]{2,}[.:]?$|[^\W\d_]{2,} $|^ [^\W\d_]{2,}")
SQL = re.compile(
    r"\b(SELECT|FROM|WHERE|AND|THEN|ELSE|END|CASE|UNION|NULL|INSERT|DELETE|AS|AT|NOT|OFFSET|SET|JOIN)\b|%s|::"
)


def unmarked(path: Path) -> Iterator[tuple[int, str]]:
    """Lines and texts that read like something for people and are not marked for translation."""
    tree = ast.parse(path.read_text())
    passed = {id(node) for root in find_passed(tree) for node in ast.walk(root)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in passed:
            continue
        if SENTENCE.search(node.value) and not SQL.search(node.value):
            yield node.lineno, " ".join(node.value.split())


def find_passed(tree: ast.AST) -> Iterator[ast.AST]:
    """What is marked, and what is not for people: docstrings, annotations, errors for programmers, logs."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()) | ast.FunctionDef(name="__str__"):  # the latter in shells and the admin
                yield node
            case ast.Call(func=function) if name_of(function) in MARKS | FOR_PROGRAMS or is_of_logger(function):
                yield node
            case ast.Raise(exc=error) if error is None or "ValidationError" not in ast.dump(error):
                yield node
            case ast.Subscript(slice=part) | ast.AnnAssign(annotation=part):
                yield part
            case ast.arg(annotation=part) | ast.FunctionDef(returns=part) if part:
                yield part


def name_of(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def is_of_logger(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and name_of(function.value) in ("log", "logger")
