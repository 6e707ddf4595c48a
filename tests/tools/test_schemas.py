"""The schemas that are committed are those that the declarations make."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
COMMANDS = ("classify", "compare", "generate", "info", "inspect", "perplexity", "train")


@pytest.fixture(scope="module")
def schemas() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        return importlib.import_module("schemas")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_schema_is_current(command: str, schemas: ModuleType) -> None:
    committed = (schemas.FOLDER / f"{command}.json").read_text(encoding="utf-8")
    assert committed == schemas.text(command), "python tools/schemas.py"


def test_there_is_one_for_each_command(schemas: ModuleType) -> None:
    assert sorted(schemas.RESULTS) == sorted(path.stem for path in schemas.FOLDER.iterdir()) == sorted(COMMANDS)
