"""The built-in samples: counts, balance, two languages, nothing twice, and prose that is the same each time."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstmcli.data import samples
from lstmcli.data.samples import NAMES, open_sample, stories, story_patterns
from lstmcli.errors import DataError, NoDataError

TABLES = ("reviews", "topics")
PAIRS = ("dates", "en-zh")


def rows_of(name: str) -> list[dict[str, str]]:
    return [dict(row.cells) for row in open_sample(name).rows()]


def units(text: str) -> list[str]:
    """English words and single Chinese characters."""
    return re.findall(r"[一-鿿]|[a-z0-9']+", text.lower())


def is_chinese(text: str) -> bool:
    return re.search(r"[一-鿿]", text) is not None


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_valid_and_every_cell_is_filled(name: str) -> None:
    table = open_sample(name)
    assert table.label_column in table.columns
    assert set(table.text_columns) < set(table.columns)
    for row in rows_of(name):
        assert tuple(row) == table.columns
        assert all(value and value == value.strip() and value.isprintable() for value in row.values())


@pytest.mark.parametrize("name", TABLES)
def test_rows_can_be_read_again(name: str) -> None:
    table = open_sample(name)
    assert list(table.rows()) == list(table.rows())


def test_reviews_are_balanced_in_both_languages_and_every_topic() -> None:
    rows = rows_of("reviews")
    assert len(rows) >= 440
    cells = Counter((row["topic"], row["language"], row["sentiment"]) for row in rows)
    topics = {topic for topic, _, _ in cells}
    assert len(topics) >= 4
    for topic in topics:
        for language in ("en", "zh"):
            assert cells[topic, language, "positive"] == cells[topic, language, "negative"] > 0
    assert 0.55 <= sum(row["language"] == "en" for row in rows) / len(rows) <= 0.65


def test_reviews_are_short_and_of_many_lengths() -> None:
    lengths = [len(units(row["text"])) for row in rows_of("reviews")]
    assert min(lengths) >= 5
    assert max(lengths) <= 45
    assert len(set(lengths)) > 25


def test_the_language_column_is_true() -> None:
    assert all(is_chinese(row["text"]) == (row["language"] == "zh") for row in rows_of("reviews"))


def test_topics_are_many_balanced_and_in_both_languages() -> None:
    rows = rows_of("topics")
    assert len(rows) >= 330
    counts = Counter(row["label"] for row in rows)
    assert len(counts) >= 5
    assert len(set(counts.values())) == 1
    assert {row["label"] for row in rows if is_chinese(row["text"])} == set(counts)
    assert {row["label"] for row in rows if not is_chinese(row["text"])} == set(counts)


@pytest.mark.parametrize("name", TABLES)
def test_no_two_rows_say_the_same(name: str) -> None:
    """No text twice, and no run of six words (ten Chinese characters) in two of them."""
    texts = [row["text"] for row in rows_of(name)]
    assert len(set(texts)) == len(texts)
    holders: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, text in enumerate(texts):
        words, length = units(text), 10 if is_chinese(text) else 6
        for start in range(len(words) - length + 1):
            holders[tuple(words[start : start + length])].add(number)
    assert [run for run, numbers in holders.items() if len(numbers) > 1] == []


@pytest.mark.parametrize(("name", "column"), [("reviews", "sentiment"), ("topics", "label")])
def test_labels_are_spread_over_the_file(name: str, column: str) -> None:
    """A reader who takes the first rows only must not find one class."""
    head = Counter(row[column] for row in rows_of(name)[:60])
    assert set(head) == {row[column] for row in rows_of(name)}


@pytest.fixture(scope="module")
def prose() -> list[dict[str, str]]:
    return rows_of("stdlib")


def test_stdlib_is_over_a_megabyte_of_unlabelled_lines(prose: list[dict[str, str]]) -> None:
    table = open_sample("stdlib")
    assert table.columns == table.text_columns == ("text",)
    assert table.label_column is None
    texts = [row["text"] for row in prose]
    assert sum(len(text.encode()) + 1 for text in texts) > 1_000_000
    assert all(text == " ".join(text.split()) != "" for text in texts)
    assert len(set(texts)) == len(texts)


def test_stdlib_is_the_same_in_another_process(prose: list[dict[str, str]]) -> None:
    script = (
        "import sys\n"
        "from lstmcli.data.samples import open_sample\n"
        "sys.stdout.reconfigure(encoding='utf-8')\n"
        "for row in open_sample('stdlib').rows(): print(row.cells['text'])\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=120)
    assert run.stdout.decode().split("\n")[:-1] == [row["text"] for row in prose]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(samples.sysconfig, "get_path", lambda name: str(tmp_path))
    yield tmp_path


def test_stdlib_reads_docstrings_in_order_and_skips_what_is_no_prose(library: Path) -> None:
    (library / "b.py").write_text('"""Second\n   file.\n\n\nA paragraph.\n\n>>> 1 + 1\n2\n"""\n', encoding="utf-8")
    (library / "a.py").write_text(
        'def first():\n    """First."""\n'
        'class C:\n    """Of a class."""\n    async def m(self):\n        "Second file."\n',
        encoding="utf-8",
    )
    (library / "broken.py").write_text('"""Never seen."""\nprint "python 2"\n', encoding="utf-8")
    (library / "nul.py").write_bytes(b'"""Never seen."""\0')
    (library / "latin.py").write_bytes('# -*- coding: latin-1 -*-\n"""Café."""\n'.encode("latin-1"))
    (library / "import_me.py").write_text('"""Parsed only."""\nraise SystemExit\n', encoding="utf-8")
    (library / "surrogate.py").write_text('"""Half \\ud800 a pair."""\n', encoding="utf-8")
    (library / "test").mkdir()
    (library / "test" / "t.py").write_text('"""Not prose."""\n', encoding="utf-8")
    assert [row["text"] for row in rows_of("stdlib")] == [
        "First.",
        "Of a class.",
        "Second file.",
        "A paragraph.",
        "Parsed only.",
        "Café.",
        "Half ? a pair.",
    ]


def test_a_python_without_its_sources_is_an_error(library: Path) -> None:
    with pytest.raises(NoDataError) as caught:
        rows_of("stdlib")
    assert str(library) in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(("wrong", "nearest"), [("review", "reviews"), ("Topics", "topics"), ("stdlb", "stdlib")])
def test_an_unknown_name_gets_the_nearest_and_the_list(wrong: str, nearest: str) -> None:
    with pytest.raises(DataError) as caught:
        open_sample(wrong)
    assert f"did you mean sample:{nearest}?" in (caught.value.hint or "")
    assert all(f"sample:{name}" in (caught.value.hint or "") for name in NAMES)


def test_a_name_like_no_other_gets_the_list_alone() -> None:
    with pytest.raises(DataError) as caught:
        open_sample("zzz")
    assert "did you mean" not in (caught.value.hint or "")
    assert caught.value.exit_code == 3


def test_every_name_opens_and_is_described() -> None:
    for name in NAMES:
        table = open_sample(name)
        assert table.notes == [samples.DESCRIPTIONS[name]]


def test_opening_a_sample_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from lstmcli.data.samples import open_sample\n"
        "next(open_sample('reviews').rows())\n"
        "print([m for m in ('torch', 'datasets', 'pandas', 'pyarrow', 'numpy', 'tokenizers') if m in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True, timeout=120)
    assert run.stdout.strip() == "[]"


def test_stories_are_reproducible_and_all_different() -> None:
    told = [row["text"] for row in rows_of("stories")]
    assert told == [row["text"] for row in rows_of("stories")]
    assert len(set(told)) == len(told) == 5000 and all(text.isascii() and "{" not in text for text in told)
    assert hashlib.sha256("\n".join(told).encode()).hexdigest()[:16] == "e7ce7c6dfe35bd51"


def test_a_story_is_of_one_child_and_one_thing() -> None:
    for text in list(stories(300, seed=7)):
        things = [thing for thing in story_patterns()["themes"] if re.search(rf"\b{thing}\b", text)]
        assert len(things) == 1
        child, names = story_patterns()["children"][things[0]].values()
        assert sum(name in text for name in names) == 1
        others = r"\b(he|his|him)\b" if child == "girl" else r"\b(she|her)\b"
        assert re.search(others, text, re.IGNORECASE) is None


def test_every_sentence_starts_with_a_capital_and_ends() -> None:
    for text in stories(200, seed=3):
        assert re.fullmatch(r'(?:"?[A-Z][^.!?]*[.!?]"?(?: [a-z]+ [a-z]+\.)?(?: |$))+', text), text


@pytest.mark.parametrize("name", PAIRS)
def test_pairs_are_the_same_each_time(name: str) -> None:
    rows = rows_of(name)
    assert rows == rows_of(name) and len(rows) >= 4000
    assert all(set(row) == {"source", "target"} and all(row.values()) for row in rows)


def test_dates_are_normalised() -> None:
    pairs = {row["source"]: row["target"] for row in rows_of("dates")}
    for source, target in pairs.items():
        year, month, day = map(int, target.split("-"))
        assert str(year) in source and str(day) in source and 1 <= month <= 12


def test_sentences_are_translated() -> None:
    for row in rows_of("en-zh"):
        assert is_chinese(row["target"]) and not is_chinese(row["source"])
        assert row["source"].endswith("?") == row["target"].endswith("吗？")
        assert (" not " in row["source"]) == ("不" in row["target"])
