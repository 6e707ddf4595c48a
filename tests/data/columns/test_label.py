"""Which column is the label: by names and by rows from all over; said; a toss-up or a quantity is refused."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.data.columns.choice import Ask, Chosen, choose_columns
from lstmcli.data.columns.names import NEVER, label_rank, pairs_by_name
from lstmcli.data.config import ReadConfig
from lstmcli.data.formats.delimited import CSV
from lstmcli.data.sources import Source, open_source
from lstmcli.data.splits import load_splits
from lstmcli.data.table import Table
from lstmcli.errors import DataError

FIRST, SECOND, THIRD = ("one", "two", "six"), ("ends", "starts"), ("road", "film", "song", "day")
TEXTS = [f"{first} {second} of the {third} again" for first in FIRST for second in SECOND for third in THIRD]


def choose(
    rows: list[dict[str, object]], labelled: bool | None = True, ask: Ask | None = None, **read: object
) -> Chosen:
    table = Table(CSV, tuple(rows[0]), lambda: iter(()), rows)
    return choose_columns(table, ReadConfig(**read), "a.csv", labelled=labelled, ask=ask)  # type: ignore[arg-type]


def rows_of(**columns: list[object]) -> list[dict[str, object]]:
    columns = {"text": list(TEXTS), **columns}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def source(path: Path, labelled: bool | None = True, **read: object) -> Source:
    return open_source(str(path), ReadConfig(**read), labelled=labelled)  # type: ignore[arg-type]


N = len(TEXTS)
HALVES = ["x" if n % 2 else "y" for n in range(N)]
THIRDS = ["abc"[n % 3] for n in range(N)]
FLAGS = {name: [int(n % k == 0) for n in range(N)] for name, k in (("rude", 2), ("loud", 3), ("wrong", 5))}


@settings(max_examples=30)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_decides_nothing(seed: int) -> None:
    rows = rows_of(firm=list("ab" * (N // 2)), kind_of_mood=["up"] * 16 + ["down"] * 8, mood=THIRDS, note=[""] * N)
    first = choose(rows)
    random.Random(seed).shuffle(rows)
    assert choose(rows) == first
    assert first.label_column == "mood"


def test_a_mostly_empty_column_is_not_taken() -> None:
    gold: list[object] = ["x", *[""] * (N - 1)]
    assert choose(rows_of(mood_gold=gold, mood=HALVES)).label_column == "mood"


def test_a_sorted_file_is_sampled_all_over(tmp_path: Path) -> None:
    """Its first quarter of a megabyte holds one shop and one mood."""
    long = "a text that is long enough to fill the head of the file, " * 4
    rows: list[dict[str, object]] = [
        {"says": f"{long}{n}", "shop": f"shop {n // 400}", "outcome": "fine" if n % 3 else "bad"} for n in range(4000)
    ]
    rows.sort(key=lambda row: str(row["outcome"]))
    found = source(written(tmp_path / "a.csv", rows))
    assert found.label_column == "outcome"


@pytest.mark.parametrize("name", ["created_at", "tweet_id", "confidence", "sentiment_confidence", "user", "日期"])
def test_columns_with_other_known_names_are_not_labels(name: str) -> None:
    assert label_rank(name) == NEVER
    assert choose(rows_of(**{name: HALVES}), None).label_column is None


def test_a_date_is_no_label() -> None:
    assert choose(rows_of(published=[20200101 + n // 8 for n in range(N)]), None).label_column is None


def test_a_quantity_is_refused_as_a_label() -> None:
    rows = rows_of(target=[n / 7 - 1 for n in range(N)])
    for labelled in (None, True):
        with pytest.raises(DataError, match=r"'target' holds a quantity .* no regression"):
            choose(rows, labelled)
    with pytest.raises(DataError, match="quantity"):
        choose(rows, True, label_column="target")
    assert choose(rows, False).label_column is None


def test_equally_likely_columns_are_an_error_or_a_question() -> None:
    rows = rows_of(mood=HALVES, topic=THIRDS)
    with pytest.raises(DataError, match="each of 'mood', 'topic' could be the label") as error:
        choose(rows)
    assert "--label-column mood" in (error.value.hint or "")
    asked = []

    def ask(path: str, columns: object) -> str:
        asked.append((path, columns))
        return "topic"

    assert choose(rows, ask=ask).label_column == "topic"
    assert asked == [("a.csv", ("mood", "topic"))]


def test_several_columns_of_0_and_1_are_several_labels(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", rows_of(**FLAGS))  # type: ignore[arg-type]
    found = source(path)
    assert "several labels from 'rude', 'loud', 'wrong'" in found.notes[0]
    assert found.multilabel
    expected = [tuple(name for name, values in FLAGS.items() if values[n]) for n in range(N)]
    assert [record.labels for record in found] == expected
    two = source(path, label_column=None, label_columns=("wrong", "rude"))
    assert next(iter(two)).labels == ("wrong", "rude")


def test_a_single_1_in_each_row_is_one_label(tmp_path: Path) -> None:
    columns = {name: [int(value == name) for value in THIRDS] for name in "abc"}
    path = written(tmp_path / "a.csv", rows_of(**columns))  # type: ignore[arg-type]
    splits = load_splits(str(path), ReadConfig(), valid=None, test=None, valid_fraction=None, seed=1)
    assert not splits.multilabel
    assert "label: which of 'a', 'b', 'c' is 1" in splits.notes[0]


def test_columns_of_values_give_their_values(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", rows_of(mood=HALVES, topic=THIRDS))  # type: ignore[arg-type]
    assert next(iter(source(path, label_columns=("mood", "topic")))).labels == ("y", "a")


def test_a_pair_is_read_as_one_text(tmp_path: Path) -> None:
    rows = [{"question1": text, "question2": text[::-1], "is_duplicate": n % 2} for n, text in enumerate(TEXTS)]
    found = source(written(tmp_path / "a.csv", rows))  # type: ignore[arg-type]
    assert next(iter(found)).text == f"{TEXTS[0]} ||| {TEXTS[0][::-1]}"
    assert "text from 'question1' and 'question2', a pair" in found.notes[0]
    assert pairs_by_name(["#1 String", "#2 String"]) == [("#1 String", "#2 String")]


def test_other_candidates_for_the_label_are_noted(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", rows_of(airline=THIRDS, sentiment=HALVES))  # type: ignore[arg-type]
    assert "label from 'sentiment' (others: 'airline'; --label-column)" in source(path).notes[0]


def test_companions_use_the_label_columns_of_training(tmp_path: Path) -> None:
    train = written(tmp_path / "train.csv", rows_of(**FLAGS))  # type: ignore[arg-type]
    few = {name: [0] * N for name in FLAGS} | {"loud": [1] * N}
    test = written(tmp_path / "test.csv", rows_of(**few))  # type: ignore[arg-type]
    splits = load_splits(str(train), ReadConfig(), valid=None, test=str(test), valid_fraction=None, seed=1)
    assert {record.labels for record in splits.test} == {("loud",)}
    assert splits.read is not None
    assert splits.read.label_columns == tuple(FLAGS)
    bare = written(tmp_path / "bare.csv", rows_of())
    assert [r.text for r in open_source(str(bare), ReadConfig(), labelled=None, prefer=splits.read)] == TEXTS


def test_an_old_config_has_no_list_of_label_columns() -> None:
    from lstmcli.classification.config import ClassifierConfig
    from lstmcli.config import from_dict, to_dict

    data = json.loads(json.dumps(to_dict(ClassifierConfig(read=ReadConfig(label_column="a")))))
    del data["read"]["label_columns"], data["read"]["header"]
    assert from_dict(ClassifierConfig, data).read == ReadConfig(label_column="a")


def test_other_text_columns_are_noted(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", rows_of(reply=TEXTS[::-1], label=HALVES))  # type: ignore[arg-type]
    assert "text from 'text' (left out: 'reply'; --text-column), label from 'label'" in source(path).notes[0]


def test_a_model_joins_texts_as_in_training() -> None:
    """Columns without a name are no pair, however alike they are: their names must say it."""
    rows = [{"1": text, "2": text[::-1], "3": n % 2} for n, text in enumerate(TEXTS)]
    table = Table(CSV, ("1", "2", "3"), lambda: iter(()), rows, headed=False)
    trained = choose_columns(table, ReadConfig(), "a.csv", labelled=True)
    prefer = ReadConfig(text_columns=trained.text_columns, label_column=trained.label_column)
    assert choose_columns(table, ReadConfig(), "b.csv", labelled=None, prefer=prefer).join == trained.join == "\n"
