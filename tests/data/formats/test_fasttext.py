"""fastText's labels, written otherwise than fastText wants them; intents with their examples below."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmcli.data.config import ReadConfig
from lstmcli.data.files import Input
from lstmcli.data.formats.fasttext import other_prefix, stuck_mark
from lstmcli.data.formats.format import Opening
from lstmcli.data.formats.intents import has_intents
from lstmcli.data.sources import Source, open_source
from lstmcli.errors import DataError

TEXTS = [
    f"{first} trains {i} and more" for i, first in enumerate(("many", "no", "few", "all", "old", "new", "red", "big"))
]
LABELS = ["late", "full"] * 4


def opened(path: Path, lines: list[str], labelled: bool | None = None) -> Source:
    path.write_text("".join(line + "\n" for line in lines))
    return open_source(str(path), ReadConfig(), labelled=labelled)


@pytest.mark.parametrize("mark", [",", "，", ":", ": ", ";", "|"])
def test_a_mark_after_the_label_is_removed_with_a_note(tmp_path: Path, mark: str) -> None:
    lines = [f"__label__{c}{mark}{t}" for c, t in zip(LABELS, TEXTS, strict=True)]
    source = opened(tmp_path / "a.txt", lines)
    assert [(r.text, r.labels) for r in source] == [(t, (c,)) for c, t in zip(LABELS, TEXTS, strict=True)]
    assert f"before {mark.strip()!r}" in source.notes[0]


def test_labels_that_hold_a_comma_stay() -> None:
    lines = [f"__label__{c} words and more" for c in ("a,b", "a,c", "d,b", "d,c")] * 5
    assert stuck_mark(lines, "__label__") is None


def test_an_ambiguous_mark_in_every_label_is_noted(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.txt", [f"__label__{c} words {i}" for i, c in enumerate(["a,no", "b,no"] * 9)])
    assert "every label holds ','" in source.notes[0]
    assert {label for record in source for label in record.labels} == {"a,no", "b,no"}


def test_a_label_without_a_space_after_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no space follows the label"):
        opened(tmp_path / "a.txt", [f"__label__{c}{t.replace(' ', '')}" for c, t in zip(LABELS, TEXTS, strict=True)])


@pytest.mark.parametrize("prefix", ["__label_", "_label__", "#label#", "__class__", "@tag@", "label:"])
def test_another_prefix_is_named(tmp_path: Path, prefix: str) -> None:
    lines = [f"{prefix}{c} {t}" for c, t in zip(LABELS, TEXTS, strict=True)]
    assert other_prefix(lines) == prefix
    if prefix != "label:":
        assert f"--label-prefix '{prefix}'" in opened(tmp_path / "a.txt", lines).notes[0]
        with pytest.raises(DataError) as caught:
            opened(tmp_path / "a.txt", lines, labelled=True)
        assert f"--label-prefix '{prefix}'" in str(caught.value.hint)


@pytest.mark.parametrize("line", ["#{0} {1}", "{1}", "https://a.org/{0} {1}", "@{0} {1}"])
def test_no_prefix_in_tweets_and_prose(line: str) -> None:
    assert other_prefix([line.format(c, t) for c, t in zip(LABELS, TEXTS, strict=True)]) is None


YAML = """version: '3.1'
nlu:
- intent: late
  examples: |
    - [two](number) trains
    - no train
- intent: full
  examples: |
    - no seat
- synonym: bus
  examples: |
    - coach""".splitlines()
MARKDOWN = [
    "## intent:late",
    "- [two](number) trains",
    "- no train",
    "",
    "## intent:full",
    "- no seat",
    "## lookup:x",
    "- a",
]


@pytest.mark.parametrize("lines", [YAML, MARKDOWN], ids=["yaml", "markdown"])
def test_intents_with_examples_below(tmp_path: Path, lines: list[str]) -> None:
    source = opened(tmp_path / "nlu.yml", lines)
    wanted = [("two trains", ("late",)), ("no train", ("late",)), ("no seat", ("full",))]
    assert [(record.text, record.labels) for record in source] == wanted


def test_lists_of_markdown_are_no_intents() -> None:
    lines = ["# Notes", "- milk", "- eggs", "## More", "- the intent: to sleep"]
    assert not has_intents(Opening(Input("a.md"), head=lines))
