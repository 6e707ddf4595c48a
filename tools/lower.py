"""The lower bounds of pyproject.toml as constraints: ``package==bound``, a line each.

    python tools/lower.py > lower.txt && pip install -c lower.txt '.[dev]'

``.ci/run lower`` installs them together and runs the tests.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


def lower_bounds(requirements: list[str]) -> dict[str, str]:
    """Package to its lower bound.

    Raises:
        ValueError: a requirement has none, or a package has two.
    """
    found: dict[str, str] = {}
    for line in requirements:
        requirement = Requirement(line)
        bound = re.fullmatch(r">=([\w.]+)", str(requirement.specifier))
        if bound is None:
            raise ValueError(f"{line!r} has no lower bound")
        if found.setdefault(requirement.name, bound[1]) != bound[1]:
            raise ValueError(f"{requirement.name} has two lower bounds")
    return found


def main() -> None:
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    project = toml.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    wanted = [*project["dependencies"], *extras]
    for name, bound in sorted(lower_bounds(wanted).items()):
        print(f"{name}=={bound}")


if __name__ == "__main__":
    main()
