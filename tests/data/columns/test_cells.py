"""Several labels in one cell: lists in brackets, marks that divide, and labels that hold a mark."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.columns.cells import LIST, as_list, find_separator
from lstmcli.data.config import ReadConfig, TrainedRead
from lstmcli.data.records import Splits
from lstmcli.data.sources import open_source
from lstmcli.data.splits import load_splits

NAMES = ("wind", "rain", "snow", "night frost")
ITEMS = st.lists(st.text(st.characters(categories=("L", "N"), include_characters=" .,;'\"-"), min_size=1, max_size=12))


def load(path: Path, **read: str) -> Splits:
    return load_splits(str(path), ReadConfig(**read), valid=None, test=None, valid_fraction=0.1, seed=1)  # type: ignore[arg-type]


def table(path: Path, cells: list[str]) -> Path:
    lines = [json.dumps({"text": f"forecast number {i} for the coast", "label": cell}) for i, cell in enumerate(cells)]
    path.write_text("\n".join(lines))
    return path


def drawn(names: tuple[str, ...] = NAMES, count: int = 90) -> list[list[str]]:
    rng = random.Random(1)
    return [rng.sample(names, 1 + i % 3) for i in range(count)]


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("['wind', 'rain']", ["wind", "rain"]),
        ("['wind' 'rain']", ["wind", "rain"]),
        ("['wind'\n 'rain']", ["wind", "rain"]),
        ('["wind", "rain"]', ["wind", "rain"]),
        ('["it\\"s", "a, b"]', ['it"s', "a, b"]),
        ("('wind',)", ["wind"]),
        ("{'wind', 'rain'}", ["wind", "rain"]),
        ("array(['wind', 'rain'], dtype=object)", ["wind", "rain"]),
        ("frozenset({'wind'})", ["wind"]),
        ("[2, 14]", ["2", "14"]),
        ("[2 14]", ["2", "14"]),
        ("[wind, rain]", ["wind", "rain"]),
        ("[]", []),
        ("(a remark)", None),
        ("[bug] it hangs", None),
        ("{rain", None),
        ("rain", None),
    ],
)
def test_lists_as_programs_print_them(cell: str, items: list[str] | None) -> None:
    assert as_list(cell) == items


@given(ITEMS)
def test_lists_of_python_and_json_come_back(items: list[str]) -> None:
    tidy = [item.strip() for item in items]
    assert as_list(json.dumps(items)) == items
    assert as_list(str(tidy)) == tidy or any(len(repr(x)) != len(x) + 2 for x in tidy)


@given(st.lists(st.text(max_size=30)))
def test_any_cells_have_a_separator_or_none(cells: list[str]) -> None:
    find_separator(cells)
    for cell in cells:
        as_list(cell)


@pytest.mark.parametrize("mark", ["|", ";", "、", ",", ", ", "，", "/", " + "])
def test_a_mark_divides_where_the_parts_are_labels(mark: str) -> None:
    assert find_separator(mark.join(labels) for labels in drawn()) == mark.strip()


@pytest.mark.parametrize(
    "cells",
    [
        ["Sports, Outdoors", "Food, drinks", "Clothes"],
        ["Home | garden", "Home | kitchen", "Toys | outdoor"],
        ["Leeds, UK", "York, UK", "Bonn, Germany", "Ulm, Germany"],
        ["1", "1,5", "2", "2,5", "5"],
        ["good", "very good", "bad", "very bad"],
        ["sport/ball", "sport/race", "home/tools"],
        ["n/a", "yes", "no"],
        ["C++", "C", "C#"],
    ],
)
def test_a_label_that_holds_a_mark_is_never_cut(cells: list[str]) -> None:
    assert find_separator(cells * 30) is None


@pytest.mark.parametrize(
    "write", [str, "|".join, lambda labels: str(labels).replace(",", "")], ids=["list", "|", "numpy"]
)
def test_several_labels_are_read_with_a_note(tmp_path: Path, write: Callable[[list[str]], str]) -> None:
    wanted = drawn()
    splits = load(table(tmp_path / "a.jsonl", [write(labels) for labels in wanted]))
    assert splits.multilabel
    assert {label for record in splits.train for label in record.labels} == set(NAMES)
    assert "--label-separator none" in splits.notes[0]


def test_none_keeps_cells_whole(tmp_path: Path) -> None:
    path = table(tmp_path / "a.jsonl", ["|".join(labels) for labels in drawn(count=300)])
    splits = load(path, label_separator="none")
    assert not splits.multilabel
    assert any("|" in label for record in splits.train for label in record.labels)


def test_other_files_are_split_like_the_training_file(tmp_path: Path) -> None:
    train = table(tmp_path / "a.jsonl", ["|".join(labels) for labels in drawn()])
    splits = load(train)
    assert splits.read.label_separator == "|"
    one = table(tmp_path / "b.jsonl", ["wind|rain"])
    trained = TrainedRead.of(ReadConfig(label_column="label", label_separator="|"), NAMES)
    assert [r.labels for r in open_source(str(one), ReadConfig(), labelled=True, prefer=trained)] == [("wind", "rain")]


def test_lists_of_one_label_are_plain_labels(tmp_path: Path) -> None:
    splits = load(table(tmp_path / "a.jsonl", [str([NAMES[i % 4]]) for i in range(60)]))
    assert splits.read.label_separator == LIST
    assert not splits.multilabel
