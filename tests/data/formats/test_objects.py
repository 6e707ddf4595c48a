"""JSON as label tools, libraries and servers write it: read to text and label, or refused with the paths."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.formats.objects import flat
from lstmcli.data.formats.shapes import find_rows
from lstmcli.data.locate import locate
from lstmcli.data.sources import Source, open_source
from lstmcli.data.splits import load_splits
from lstmcli.errors import DataError, LstmError

TEXTS = [
    f"the {word} train came {when} and number {i} was full" for i in range(8) for word, when in (("slow", "late"),)
]
LABELS = ["late", "full"] * 4
WANTED = [(text, (label,)) for text, label in zip(TEXTS, LABELS, strict=True)]
PAIRS = list(zip(TEXTS, LABELS, strict=True))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def opened(path: Path, value: Any, lines: bool = False, labelled: bool | None = None, **read: Any) -> Source:
    text = "\n".join(map(json.dumps, value)) if lines else json.dumps(value)
    path.write_text(text)
    return open_source(str(path), ReadConfig(**read), labelled=labelled)


def rows(source: Source) -> list[tuple[str, tuple[str, ...]]]:
    return [(record.text, record.labels) for record in source]


def studio(text: str, choices: list[str], **more: Any) -> dict[str, Any]:
    result = {"value": {"choices": choices}, "from_name": "s", "to_name": "text", "type": "choices"}
    return {
        "id": 1,
        "annotations": [{"id": 2, "was_cancelled": False, "result": [result]}],
        "file_upload": "a1-trains.csv",
        "data": {"text": text},
        "predictions": [{"result": [{"value": {"choices": ["model"]}}]}],
        **more,
    }


ROWS: dict[str, list[Any]] = {
    "label studio": [studio(t, [c]) for t, c in PAIRS],
    "prodigy": [{"text": t, "label": c, "answer": "accept", "_input_hash": 1, "meta": {"a": 1}} for t, c in PAIRS],
    "prodigy choice": [{"text": t, "accept": [c], "answer": "accept", "options": [{"id": c}]} for t, c in PAIRS],
    "doccano": [{"id": 1, "text": t, "annotations": [{"label": c, "user": 1}], "meta": {}} for t, c in PAIRS],
    "spacy": [{"text": t, "cats": {"late": float(c == "late"), "full": float(c == "full")}} for t, c in PAIRS],
    "elasticsearch": [{"_index": "x", "_id": "1", "_score": 1.0, "_source": {"text": t, "label": c}} for t, c in PAIRS],
    "argilla": [{"id": 1, "fields": {"text": t}, "responses": {"label": [{"value": c}]}} for t, c in PAIRS],
    "vertex": [{"textContent": t, "classificationAnnotation": {"displayName": c}} for t, c in PAIRS],
    "chat": [{"messages": [{"role": "user", "content": t}, {"role": "assistant", "content": c}]} for t, c in PAIRS],
    "inside": [{"id": i, "review": {"body": t, "rating": c}} for i, (t, c) in enumerate(PAIRS)],
}
FILES: dict[str, Any] = {
    "rasa": {"rasa_nlu_data": {"common_examples": [{"text": t, "intent": c, "entities": []} for t, c in PAIRS]}},
    "luis": {
        "luis_version": "7",
        "intents": [{"name": "a"}],
        "utterances": [{"text": t, "intent": c} for t, c in PAIRS],
    },
    "clinc": {"train": [["x y", "z"]], "val": [["x y", "z"]], "test": [list(pair) for pair in PAIRS]},
    "split": {"columns": ["text", "label"], "index": list(range(8)), "data": [list(pair) for pair in PAIRS]},
    "index": {str(i): {"text": t, "label": c} for i, (t, c) in enumerate(PAIRS)},
    "records of a server": {"features": [], "rows": [{"row_idx": 1, "row": {"text": t, "label": c}} for t, c in PAIRS]},
    "hits": {"hits": {"total": 8, "hits": [{"_id": "1", "_source": {"text": t, "label": c}} for t, c in PAIRS]}},
    "texts by label": {"late": TEXTS[::2], "full": TEXTS[1::2]},
    "intents": {
        "intents": [
            {"tag": "late", "patterns": TEXTS[::2], "responses": ["a"]},
            {"tag": "full", "patterns": TEXTS[1::2]},
        ]
    },
    "snips": {
        name: [{"data": [{"text": text[:5]}, {"text": text[5:], "entity": "x"}]} for text in texts]
        for name, texts in (("late", TEXTS[::2]), ("full", TEXTS[1::2]))
    },
}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("lines", [False, True], ids=["json", "jsonl"])
def test_rows_of_tools_are_read(tmp_path: Path, name: str, lines: bool) -> None:
    source = opened(tmp_path / ("a.jsonl" if lines else "a.json"), ROWS[name], lines)
    assert source.labelled
    assert rows(source) == WANTED


@pytest.mark.parametrize("name", FILES)
def test_whole_files_are_read(tmp_path: Path, name: str) -> None:
    source = opened(tmp_path / "a.json", FILES[name])
    assert source.labelled
    assert sorted(rows(source)) == sorted(WANTED)


def test_lists_named_after_splits_are_splits(tmp_path: Path) -> None:
    pairs = [list(pair) for pair in PAIRS]
    write(tmp_path / "a.json", {"train": pairs, "val": [["x y", "z"]], "test": [["x y", "z"]]})
    read = {"valid": None, "test": None, "valid_fraction": None, "seed": 1}
    splits = load_splits(str(tmp_path / "a.json"), ReadConfig(), **read)  # type: ignore[arg-type]
    assert sorted((r.text, r.labels) for r in splits.train) == sorted(WANTED)
    assert [(r.text, r.labels) for r in (*splits.valid, *splits.test)] == 2 * [("x y", ("z",))]
    assert "splits: train from 'train'; valid from 'val'; test from 'test'" in splits.notes
    for split, count in (("train", 8), ("validation", 1), (None, 1)):
        assert len(list(open_source(str(tmp_path / "a.json"), ReadConfig(split=split), labelled=True))) == count


@pytest.mark.parametrize("parts", [("train_x", "eval"), ("my-train", "dev")])
def test_splits_below_a_key_and_as_columns(parts: tuple[str, str], tmp_path: Path) -> None:
    columns = {"texts": TEXTS, "labels": [label for _, label in PAIRS]}
    value = {"about": "a set", "data": dict.fromkeys(parts, columns), "ids": {"late": 0}}
    located = locate(write(tmp_path / "a.json", value), ReadConfig())
    assert list(located.splits) == ["train", "valid"]
    table = located.splits["valid"][0](ReadConfig(), None, None)
    assert [row.cells["texts"] for row in table.rows()] == TEXTS


def test_unlabelled_parts_are_left_out_of_the_splits_with_a_note(tmp_path: Path) -> None:
    value = {"train": [{"text": t, "label": c} for t, c in PAIRS], "unlabeled": [{"text": t} for t in TEXTS]}
    located = locate(write(tmp_path / "a.json", value), ReadConfig())
    assert list(located.splits) == ["train"]
    assert "'unlabeled' left out" in located.note


def test_training_phrases_are_no_split(tmp_path: Path) -> None:
    value = {"training_phrases": TEXTS, "responses": ["a", "b"]}
    assert list(locate(write(tmp_path / "a.json", value), ReadConfig()).splits) == [""]


def write(path: Path, value: object) -> str:
    path.write_text(json.dumps(value))
    return str(path)


def test_several_choices_are_several_labels(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.json", [studio(t, ["late", "full"]) for t in TEXTS])
    assert all(record.labels == ("late", "full") for record in source)


def test_unlabelled_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    tasks = [studio(t, [c]) if i else studio(t, [c], annotations=[]) for i, (t, c) in enumerate(PAIRS)]
    source = opened(tmp_path / "a.json", tasks)
    assert rows(source) == WANTED[1:]
    assert any("1 row has no label" in warning for warning in source.warnings)
    kept = opened(tmp_path / "a.json", tasks, labelled=False)
    assert [record.text for record in kept] == TEXTS  # they are to be classified


@pytest.mark.parametrize("answer", ["reject", "ignore"])
def test_rejected_rows_are_left_out_and_counted(tmp_path: Path, answer: str) -> None:
    tasks = [{**row, "answer": answer if i < 2 else "accept"} for i, row in enumerate(ROWS["prodigy"])]
    source = opened(tmp_path / "a.jsonl", tasks, lines=True)
    assert rows(source) == WANTED[2:]
    assert any("2 rows have no label" in warning for warning in source.warnings)


@pytest.mark.parametrize("lines", [False, True], ids=["json", "jsonl"])
def test_paths_walk_into_objects_and_lists(tmp_path: Path, lines: bool) -> None:
    values = [{"a": {"b": [{"words": t, "kind": {"of": c}}]}, "file": "x.txt"} for t, c in PAIRS]
    path = tmp_path / ("a.jsonl" if lines else "a.json")
    source = opened(path, values, lines, text_columns=("a.b.words",), label_column="a.b.kind.of")
    assert rows(source) == WANTED


def test_a_key_with_a_dot_is_no_path(tmp_path: Path) -> None:
    values = [{"a.text": t, "a.label": c} for t, c in PAIRS]
    source = opened(tmp_path / "a.jsonl", values, True, text_columns=("a.text",), label_column="a.label")
    assert rows(source) == WANTED


def test_names_of_files_are_not_taken_for_text(tmp_path: Path) -> None:
    values = [
        {"file_upload": f"{i}-trains.csv", "parts": [{"wording": t}, {"wording": t}]} for i, t in enumerate(TEXTS)
    ]
    with pytest.raises(DataError, match=r"'parts\.wording' \(the slow train") as caught:
        opened(tmp_path / "a.json", values)
    assert "--text-column" in str(caught.value.hint)


def test_nested_metadata_beside_a_text_changes_nothing(tmp_path: Path) -> None:
    values = [{"text": t, "meta": {"file": "a.txt", "pages": [1, 2]}} for t in TEXTS]
    source = opened(tmp_path / "a.jsonl", values, lines=True)
    assert not source.labelled
    assert [record.text for record in source] == TEXTS


@given(st.lists(st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=4), min_size=1, max_size=5))
def test_flat_rows_hold_no_objects(values: list[dict[str, Any]]) -> None:
    for row in values:
        assert not any(isinstance(value, dict) for value in flat(row).values())


@given(VALUES)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    find_rows(value)
    path = tmp_path_factory.getbasetemp() / "any.json"
    with suppress(LstmError):
        rows(opened(path, value))
