"""The catalogues of Chinese texts are complete."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from lstmcli.cli import language
from support.tools import tool

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("help", "messages", "words")
HOW = "run `python tools/chinese.py`, and translate what it has added to src/lstmcli/chinese/"


@pytest.fixture(scope="module")
def chinese() -> ModuleType:
    return tool("chinese")


@pytest.mark.parametrize("name", NAMES)
def test_every_text_has_a_translation(name: str, chinese: ModuleType) -> None:
    known = language.catalogue(name)
    texts = chinese.CATALOGUES[name]()
    missing = [text for group in texts.values() for text in group if text not in known]
    assert not missing, f"texts without a translation: {HOW}:\n" + "\n".join(map(chinese.entry, missing))
    path = language.CATALOGUES / f"{name}.po"
    assert path.read_text(encoding="utf-8") == chinese.written(texts, known), f"other texts than in the code: {HOW}"


@pytest.mark.parametrize("name", NAMES)
def test_a_translation_has_what_is_not_translated(name: str) -> None:
    """Options, variables, commands in backticks and what is filled in; only a word such as "is" may be missing."""
    literal = re.compile(r"(?<![\w-])--[a-z][\w-]*|\$[A-Z_]+|`[^`]+`|\{\d+#?\}")
    for english, translation in language.catalogue(name).items():
        shown = translation.replace("=}", "}")
        lost = set(literal.findall(english)) - set(literal.findall(shown))
        added = set(re.findall(r"\{\d.?\}", shown)) - set(re.findall(r"\{\d.?\}", english))
        assert not lost and not added, f"{translation!r} lacks {sorted(lost)} and adds {sorted(added)}"


def test_messages_are_found_where_they_arise(chinese: ModuleType, tmp_path: Path) -> None:
    """Through names, choices, calls, arguments and lists, with the kinds of values."""
    (tmp_path / "errors.py").write_text("class LstmError(Exception):\n    pass\n", encoding="utf-8")
    (tmp_path / "room.py").write_text(SOURCE, encoding="utf-8")
    found = tool("messages").Messages(tmp_path).found["room.py"]
    assert set(found) == FOUND


SOURCE = """
from lstmcli.errors import LstmError
from lstmcli.plural import are, count

HINTS = {"a": "leave it out", "b": "or give it twice"}


def refuse(path, message):
    raise LstmError(message, path=path, hint=HINTS["a"])


def check(n, share, warnings):
    reason = f"only {share:.1f} % is left" if share else "nothing is left"
    warnings.append(f"{count(n, 'empty row')} {are(n)} left out: {reason}")
    refuse("text", "there is " + ("no row" if n else "one row too many"))
    print("not a message")
"""
FOUND = {
    *("{0} {1~} left out: {2}", "{0#} empty rows", "only {0#} % is left", "nothing is left"),
    *("leave it out", "or give it twice", "there is {0}", "no row", "one row too many"),
}
