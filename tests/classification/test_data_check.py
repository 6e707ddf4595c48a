"""The data check: counts that a person can verify, and warnings that say what to do."""

from __future__ import annotations

import pytest

from lstmcli.classification.data_check import check_data
from lstmcli.classification.results import SplitCheck
from lstmcli.data.records import Record, Splits
from lstmcli.errors import NoDataError


def records(*rows: str) -> list[Record]:
    """``"x y:text"`` is a text with the labels x and y."""
    return [Record(row.partition(":")[2], tuple(row.partition(":")[0].split())) for row in rows]


def splits(
    train: list[Record], valid: list[Record], test: list[Record] | None = None, multilabel: bool = False
) -> Splits:
    return Splits(
        train, valid, test or [], multilabel=multilabel, label_column="kind", columns=("text", "kind"), path="a.csv"
    )


def test_counts() -> None:
    check = check_data(
        splits(
            records("a:x", "a:x", "b:x", "b:yyyy", "a:", "a: ", "10:z", "9:q"),
            records("a:x", "b:new", "a:more", "c:x"),
            records("b:yyyy"),
        )
    )
    assert check.labels == ("9", "10", "a", "b")
    assert check.splits == (
        SplitCheck("train", 8, 2, 2, {"9": 1, "10": 1, "a": 4, "b": 2}, 1, 4),
        SplitCheck("valid", 4, 0, 1, {"a": 2, "b": 1, "c": 1}, 1, 4),
        SplitCheck("test", 1, 0, 0, {"b": 1}, 4, 4),
    )
    assert check.leaked == {"valid": 2, "test": 1}
    assert check.conflicting == 1
    assert (check.majority_label, check.majority_share) == ("a", 0.5)
    assert check.warnings == (
        "'9', '10' have a single training example",
        "2 texts of the training split are empty",
        "2 texts of the validation split are also in training",
        "1 text of the test split is also in training",
        "1 training text occurs with different labels",
        "1 text of the validation split has labels that training never shows, and is left out: 'c'",
    )


def test_a_label_with_a_row_held_out_has_more_than_one() -> None:
    found = splits(records("a:x", "a:u", "b:y", "c:z"), records("a:v", "b:w"))
    found.held_out = True
    assert check_data(found).warnings == ("'c' has a single example, which stays in training",)


def test_labels_that_a_model_has_are_not_unknown() -> None:
    found = splits(records("a:x", "a:u", "b:y", "b:z"), records("a:v", "old:w", "new:t"))
    found.more_labels = ("old",)
    assert check_data(found).warnings == (
        "1 text of the validation split has labels that training never shows, and is left out: 'new'",
    )


def test_imbalance() -> None:
    train = records(*[f"a:{i}" for i in range(60)], *[f"b:b{i}" for i in range(2)])
    (warning,) = check_data(splits(train, records("a:v"))).warnings
    assert warning == "'a' is 30 times as frequent as 'b'; --class-weights balanced gives both the same say"
    assert not check_data(splits(train[40:], records("a:v"))).warnings


def test_many_labels_are_not_all_listed() -> None:
    train = records(*[f"{i}:t{i}" for i in range(30)], "x:1", "x:2")
    (warning, *_) = check_data(splits(train, records("x:v"))).warnings
    assert warning.startswith("'0', '1', '2', '3', '4' and 25 more labels have a single training example")


def test_several_labels() -> None:
    train = records("a b:x", "b a:x", "a:y", ":z", "a b:w")
    check = check_data(splits(train, records("a b:v", "a:u"), multilabel=True))
    assert check.multilabel and check.labels == ("a", "b")
    assert check.splits[0].labels == {"a": 4, "b": 3}
    assert check.conflicting == 0
    assert (check.majority_label, check.majority_share) == ("a, b", 0.5)
    assert check_data(splits(records("a:x", ":y"), records("a:v"), multilabel=True)).labels == ("a",)


@pytest.mark.parametrize(
    ("train", "valid", "message"),
    [
        ([], ["a:x"], "nothing to train on"),
        ([":x", ":y"], [":z"], "no labels in column 'kind'"),
        (["a:x", "a:y"], ["a:z"], "only one label, 'a' in column 'kind'"),
        (["a:", "b: "], ["a:z"], "every text is empty"),
        (["a:x", "b:y"], [], "no text can be held out"),
    ],
)
def test_nothing_to_learn(train: list[str], valid: list[str], message: str) -> None:
    with pytest.raises(NoDataError, match=message) as error:
        check_data(splits(records(*train), records(*valid)))
    assert error.value.path == "a.csv"


def test_a_large_corpus_is_quick() -> None:
    train = [Record(f"text number {i % 90_000}", (str(i % 5),)) for i in range(100_000)]
    check = check_data(splits(train, train[:2000]))
    assert check.splits[0].duplicates == 10_000
    assert check.leaked == {"valid": 2000}


@pytest.mark.parametrize(
    ("valid", "warning"),
    [
        (["a:Good  Food", "b:new"], "1 text of the validation split is also in training in another case, spacing or "),
        (["a:GOOD food", "b:bad food"], "2 texts of the validation split are also in training, 1 of them in another "),
    ],
)
def test_texts_that_the_tokenizer_makes_equal_are_also_in_training(valid: list[str], warning: str) -> None:
    check = check_data(splits(records("a:good food", "b:bad food"), records(*valid)))
    assert check.leaked == {"valid": len([row for row in valid if "food" in row.lower()])}
    assert any(told.startswith(warning) for told in check.warnings)
