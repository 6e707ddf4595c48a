"""Validation and test data are held against the labels of the training data before anything is learned."""

from __future__ import annotations

from typing import Any

import pytest

from lstmcli.classification import split_labels
from lstmcli.classification.data_check import check_data
from lstmcli.data.records import Record, Splits
from lstmcli.errors import DataError


def records(*labels: Any, path: str = "v.csv") -> list[Record]:
    """One for each label, or for each tuple of labels."""
    return [
        Record(f"text {i}", (found,) if isinstance(found, str) else found, i + 2, path)
        for i, found in enumerate(labels)
    ]


def splits(valid: list[Record], test: list[Record] | None = None, train: Any = ("neg", "pos"), **more: Any) -> Splits:
    return Splits(records(*train * 3, path="t.csv"), valid, test or [], path="t.csv", **more)


@pytest.mark.parametrize("name", ["valid", "test"])
@pytest.mark.parametrize("labels", [("unseen",), ("Pos", "NEG"), tuple(f"x{i}" for i in range(50)), ("y" * 60_000,)])
def test_labels_that_are_all_unseen(name: str, labels: tuple[str, ...]) -> None:
    odd, usual = records(*labels), records("pos", "neg")
    with pytest.raises(DataError) as found:
        check_data(splits(odd, []) if name == "valid" else splits(usual, odd))
    assert found.value.exit_code == 3 and found.value.path == "v.csv"
    assert repr(labels[0][:30])[:-1] in found.value.message and "'neg', 'pos'" in found.value.message
    assert f"--{name}" in str(found.value.hint) and len(found.value.message) < 400


def test_several_labels_each_of_which_is_partly_unseen() -> None:
    train = (("a",), ("a", "b"))
    with pytest.raises(DataError, match="no text of the validation data has labels of the training data"):
        check_data(splits(records(("a", "c"), ()), train=train, multilabel=True))
    check_data(splits(records(("a", "c"), ("b",)), train=train, multilabel=True))
    with pytest.raises(DataError, match="the validation data has no labels"):
        check_data(splits(records((), ()), train=train, multilabel=True))


def test_some_that_are_unseen_are_left_out_and_said() -> None:
    warnings = check_data(splits(records("pos", "neg", "x", "y", "x"))).warnings
    assert [w for w in warnings if "training never shows, and are left out: 'x', 'y'" in w and w.startswith("3 texts")]


def test_validation_with_one_label_only() -> None:
    warnings = check_data(splits(records("pos", "pos", "pos"))).warnings
    assert any("every text of the validation split is labelled 'pos'" in warning for warning in warnings)
    assert not any("every text" in warning for warning in check_data(splits(records("pos", "neg"))).warnings)


def test_labels_that_no_model_could_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = tuple(f"{i} " + "long label " * 8000 for i in range(300))
    with pytest.raises(DataError, match=r"300 labels in column 'query', up to .* more than a model can hold") as found:
        check_data(splits(records(*labels[:2]), train=labels, label_column="query"))
    assert "--label-column" in str(found.value.hint)
    monkeypatch.setattr(split_labels, "CONFIG_BYTES", 10)
    with pytest.raises(DataError, match="2 labels, up to 3 characters long"):
        check_data(splits(records("pos", "neg")))
