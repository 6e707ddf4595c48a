"""The catalogues of Chinese texts are complete."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

from lstmcli.cli import language

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("help",)
HOW = "run `python tools/chinese.py`, and translate what it has added to src/lstmcli/chinese/"


@pytest.fixture(scope="module")
def chinese() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        return importlib.import_module("chinese")


@pytest.mark.parametrize("name", NAMES)
def test_every_text_has_a_translation(name: str, chinese: ModuleType) -> None:
    known = language.catalogue(name)
    texts = chinese.CATALOGUES[name]()
    missing = [text for group in texts.values() for text in group if text not in known]
    assert not missing, f"texts without a translation: {HOW}:\n" + "\n".join(map(chinese.entry, missing))
    path = language.CATALOGUES / f"{name}.po"
    assert path.read_text(encoding="utf-8") == chinese.written(texts, known), f"other texts than in the code: {HOW}"


@pytest.mark.parametrize("name", NAMES)
def test_translations_have_the_names_and_figures_of_the_text(name: str) -> None:
    """Options, variables, commands in backticks and numbers are not translated."""
    literal = re.compile(r"(?<![\w-])--[a-z][\w-]*|\$[A-Z_]+|`[^`]+`|\{\d+\}")
    for english, translation in language.catalogue(name).items():
        lost = set(literal.findall(english)) - set(literal.findall(translation))
        assert not lost, f"{translation!r} lacks {sorted(lost)}"
