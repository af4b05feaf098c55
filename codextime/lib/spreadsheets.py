"""Cells of CSV files that people open with a spreadsheet."""

# A spreadsheet takes a text that begins so for a formula, which may send what stands beside it somewhere (CWE-1236).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
Value = str | int | bool | None


def cell(value: Value) -> Value:
    """As `csv` writes it: booleans in small letters, and an apostrophe before what looks like a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
