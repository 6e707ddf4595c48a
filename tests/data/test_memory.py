"""Data in memory: the same records as from a file, and errors that name the row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lstmcli.data.config import ReadConfig
from lstmcli.data.memory import column, records
from lstmcli.data.memory_sources import located
from lstmcli.data.records import Splits
from lstmcli.data.splits import load_splits
from lstmcli.errors import DataError, NoDataError

TEXTS = ["a good room", "bad soup", None, "good, good", "bad, bad", "all good", "all bad", "good soup", "bad room", "x"]
LABELS = ["+", "-", "+", "+", "-", "+", "-", "+", "-", "+"]
FILLED = [text or "" for text in TEXTS]


class Series:
    """A column as polars has it."""

    def __init__(self, values: Any) -> None:
        self._values = list(values)

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def to_list(self) -> list[Any]:
        return self._values


class Frame:
    """A table as polars has it: it has no ``ndim``, and its columns are a list."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self._columns = columns

    @property
    def columns(self) -> list[str]:
        return list(self._columns)

    def __getitem__(self, name: str) -> Series:
        return Series(self._columns[name])


def read(source: Any, *, labelled: bool | None = None, **options: Any) -> Splits:
    return load_splits(
        located(source),
        ReadConfig(**options),
        valid=None,
        test=None,
        valid_fraction=0.2,
        seed=1,
        labelled=labelled,
    )


def everything(splits: Splits) -> list[tuple[str, tuple[str, ...]]]:
    found = sorted([*splits.train, *splits.valid], key=lambda record: record.line)
    return [(record.text, record.labels) for record in found]


WANTED = [(text, (label,)) for text, label in zip(FILLED, LABELS, strict=True)]


def pandas_frame() -> Any:
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame({"id": range(10), "review": TEXTS, "label": LABELS})


def data_set() -> Any:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features({"review": datasets.Value("string"), "label": datasets.ClassLabel(names=["-", "+"])})
    return datasets.Dataset.from_dict(
        {"review": TEXTS, "label": [int(label == "+") for label in LABELS]}, features=features
    )


SOURCES = {
    "lists": lambda: (TEXTS, LABELS),
    "tuples": lambda: (tuple(TEXTS), tuple(LABELS)),
    "arrays": lambda: (np.array(TEXTS, object), np.array(LABELS)),
    "series": lambda: (Series(TEXTS), Series(LABELS)),
    "generators": lambda: ((text for text in TEXTS), iter(LABELS)),
    "polars": lambda: Frame({"review": TEXTS, "label": LABELS}),
    "pandas": pandas_frame,
    "pandas columns": lambda: (pandas_frame()["review"], pandas_frame()["label"].astype("category")),
    "mapping": lambda: {"review": TEXTS, "label": LABELS},
    "mappings": lambda: [{"review": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)],
    "rows": lambda: list(zip(TEXTS, LABELS, strict=True)),
    "datasets": data_set,
    "columns of datasets": lambda: (data_set()["review"], LABELS),
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_form_gives_the_same_records(name: str) -> None:
    found = read(SOURCES[name](), labelled=True)
    assert everything(found) == WANTED
    assert found.labelled and not found.multilabel and found.held_out
    assert [record.line for record in sorted([*found.train, *found.valid], key=lambda r: r.line)] == [*range(1, 11)]


def test_a_data_set_may_bring_its_splits() -> None:
    datasets = pytest.importorskip("datasets")
    data = data_set()
    found = read(datasets.DatasetDict({"train": data, "validation": data.select(range(4)), "test": data.select([1])}))
    assert (len(found.train), len(found.valid), len(found.test)) == (10, 4, 1) and not found.held_out


def test_columns_of_a_sorted_table_are_chosen_by_rows_from_all_over_it() -> None:
    """Its first rows show one class only, as those of IMDB."""
    datasets = pytest.importorskip("datasets")
    rows = {"note": ["x"] * 3000, "text": [f"a text {n} of some words" for n in range(3000)]}
    data = datasets.Dataset.from_dict({**rows, "category": ["a"] * 1500 + ["b"] * 1500})
    for source in (data, data.to_pandas()):
        found = read(source)
        assert found.label_column == "category" and found.text_columns == ("text",)


def test_an_error_of_the_caller_is_not_changed() -> None:
    def failing() -> Iterator[str]:
        yield "a"
        raise TypeError("of the caller")

    with pytest.raises(TypeError, match="of the caller"):
        column(failing(), "texts")


def test_companions_may_be_in_memory_too() -> None:
    found = load_splits(
        located((TEXTS, LABELS)),
        ReadConfig(),
        valid=located((["new"], ["+"])),
        test=located({"text": ["newer"], "label": ["-"]}),
        valid_fraction=None,
        seed=1,
    )
    assert [record.text for record in (*found.valid, *found.test)] == ["new", "newer"]


def test_texts_alone_have_no_labels() -> None:
    found = read(FILLED)
    assert not found.labelled and [record.text for record in (*found.train, *found.valid)] == FILLED
    assert found.format == "memory"
    with pytest.raises(DataError, match="no labels: there is only one column"):
        read(FILLED, labelled=True)


def test_a_string_is_one_label_and_a_list_or_a_set_are_several() -> None:
    whole = ["a|b" if label == "+" else "a" for label in LABELS]
    assert {label for _, labels in everything(read((FILLED, whole))) for label in labels} == {"a|b", "a"}
    several = [["a", "b"] if label == "+" else ["a"] for label in LABELS]
    for labels in (several, [set(own) for own in several], [np.array(own) for own in several]):
        found = read((FILLED, labels))
        assert found.multilabel and everything(found)[0][1] == ("a", "b")
    assert read((FILLED, whole), label_separator="|").multilabel
    cells = ["a|b", "b|c", "a", "b", "c", "a|c", "a", "b", "c", "a"]
    assert read({"text": FILLED, "label": cells}).multilabel  # what the cells of a table are is found


def test_labels_may_be_numbers_but_no_quantities() -> None:
    found = read((FILLED, np.array([3, 4] * 5)))
    assert {labels for _, labels in everything(found)} == {("3",), ("4",)}
    with pytest.raises(DataError, match="holds a quantity"):
        read((FILLED * 10, [n / 7 for n in range(100)]))


def test_missing_labels_are_left_out_with_a_warning() -> None:
    pandas = pytest.importorskip("pandas")
    labels = pandas.Series([*LABELS[:-2], None, None], dtype="string")
    found = read((FILLED, labels))
    assert len(everything(found)) == 8
    assert "the data: 2 rows have no label and are left out" in found.warnings[0]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ((FILLED, LABELS[:-1]), "the columns differ in length: 'text' has 10, 'label' has 9"),
        ((FILLED, np.zeros((10, 2))), "labels should be one column, and this is a ndarray of 2 dimensions"),
        (({"a": 1}, LABELS), "row 1: a text should be a string, not dict"),
        (["a", ["b"]], "row 2: a text should be a string, not list"),
        (["a", 3], "row 2: a text should be a string, not int"),
        ([("a", "b"), ("c",)], "row 2: has 1 value, and the first row 2"),
        (3, "the source should be a list, not int"),
        (None, "the source should be a list, not NoneType"),
        (b"text", "the source should be a list, and this is one string"),
        (([{"a": 1}, "b"], ["x", "y"]), "row 1: the text ('text') is or holds an object"),
    ],
)
def test_errors_name_what_was_given_and_the_row(source: Any, said: str) -> None:
    with pytest.raises(DataError) as found:
        read(source)
    assert said in str(found.value)


def test_nothing_is_no_data() -> None:
    with pytest.raises(NoDataError):
        read([])
    with pytest.raises(NoDataError):
        read(([], []))


def test_records_of_texts() -> None:
    assert [(record.text, record.line) for record in records(["a", None, float("nan")])] == [("a", 1), ("", 2), ("", 3)]
    assert [record.text for record in records(np.array(["a", "b"]))] == ["a", "b"]
    with pytest.raises(DataError, match="row 2: a text should be a string, not dict") as found:
        list(records(["a", {}]))
    assert found.value.hint
    for wrong in ("text", {"a": 1}, Frame({"a": []}), np.zeros((2, 2)), 3):
        with pytest.raises(DataError):
            records(wrong)


def test_an_iterator_is_read_as_it_is_needed() -> None:
    taken = 0

    def texts() -> Iterator[str]:
        nonlocal taken
        for n in range(1000):
            taken += 1
            yield str(n)

    found = records(texts())
    assert next(found).text == "0" and taken == 1


def test_values_of_libraries_become_built_in_types() -> None:
    assert column(np.array([1, 2]), "labels") == [1, 2]
    assert type(column([np.str_("a")], "texts")[0]) is str
    assert column([np.int64(3), {"b", "a"}, np.array(["x"])], "labels") == [3, ["a", "b"], ["x"]]
