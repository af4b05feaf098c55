"""Runs all benches, or those named on the command line."""

import sys
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

import bench


def find_benches() -> dict[str, Callable[[], None]]:
    """Every module of this package that has a `NAME`."""
    modules = [
        import_module(f"bench.{module.name}") for module in iter_modules(bench.__path__) if module.name != "__main__"
    ]
    return {module.NAME: module.run for module in modules if hasattr(module, "NAME")}


def main(names: list[str]) -> int:
    benches = find_benches()
    unknown = [name for name in names if name not in benches]
    if unknown:
        print(f"There is no bench {unknown[0]!r}. There are: {', '.join(sorted(benches))}.", file=sys.stderr)
        return 2
    for name in names or sorted(benches):
        print(f"\n## {name}\n")
        benches[name]()
    return 0


sys.exit(main(sys.argv[1:]))
