"""Data sets of the Hub, with a stand-in for the library: no test needs a network."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lstmcli.data import hub, stored
from lstmcli.data.config import ReadConfig
from lstmcli.data.sources import open_source
from lstmcli.data.splits import load_splits
from lstmcli.data.stored import StoredRecords
from lstmcli.errors import DataError

CLASSES = SimpleNamespace(names=["neg", "pos"])
ROWS = {"train": 40, "validation": 6, "test": 8}


class Data:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows, self.features = rows, {"sentence": None, "label": CLASSES}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``owner/set``: three splits, the last without labels, as GLUE has them; ``owner/many``: configurations."""
    fake = ModuleType("datasets")

    def known(path: str, config: str | None) -> None:
        if path == "owner/many" and not config:
            raise ValueError("Config name is missing.\nPlease pick one among the available configs:\n['a', 'b']")
        if path not in ("owner/set", "set", "owner/many"):
            raise ConnectionError(f"Couldn't reach '{path}' on the Hub")

    def get_dataset_split_names(path: str, config: str | None) -> list[str]:
        known(path, config)
        return list(ROWS)

    def load_dataset(path: str, config: str | None, *, split: str, streaming: bool) -> Data:
        known(path, config)
        name, _, slice_ = split.partition("[")
        assert streaming is not bool(slice_)
        count = 4 if slice_ else ROWS[name]
        return Data([{"sentence": f"{name} {i}", "label": -1 if name == "test" else i % 2} for i in range(count)])

    fake.get_dataset_split_names = get_dataset_split_names  # type: ignore[attr-defined]
    fake.load_dataset = load_dataset  # type: ignore[attr-defined]
    fake.disable_progress_bars = lambda: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "datasets", fake)
    return fake


def load(spec: str, **read: Any) -> Any:
    return load_splits(spec, ReadConfig(**read), valid=None, test=None, valid_fraction=None, seed=1)


def test_named_splits_and_class_names(library: ModuleType) -> None:
    splits = load("owner/set")
    assert [len(part) for part in (splits.train, splits.valid, splits.test)] == [40, 6, 0]
    assert splits.train[1].labels == ("pos",)
    assert "the test split has no labels and is left out" in splits.notes


def test_a_split_or_a_slice_of_one(library: ModuleType) -> None:
    source = open_source("hub:set", ReadConfig(split="validation"), labelled=None)
    assert [record.text for record in source][:2] == ["validation 0", "validation 1"]
    assert len(load("set", split="train[:4]").train) + len(load("set", split="train[:4]").valid) == 4
    assert len(list(open_source("owner/many:a", ReadConfig(), labelled=None))) == ROWS["test"]


def test_configurations_are_listed(library: ModuleType) -> None:
    with pytest.raises(DataError, match="Config name is missing") as error:
        load("owner/many")
    assert "owner/many:NAME, of ['a', 'b']" in (error.value.hint or "")


def test_unknown_or_offline(library: ModuleType) -> None:
    with pytest.raises(DataError, match="not a path here, and the Hub data set cannot be read: Couldn't reach"):
        load("owner/other")


def test_without_a_network_the_library_is_offline(monkeypatch: pytest.MonkeyPatch, library: ModuleType) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert not hub._reachable(0.5)


def test_what_is_a_hub_name() -> None:
    assert all(map(hub.is_hub_name, ("imdb", "stanfordnlp/imdb", "nyu-mll/glue:sst2", "a.b/c_d-e")))
    assert not any(map(hub.is_hub_name, ("a/b/c", "./a", "../a", "/a", "~/a", "a\\b", "", "a b", "评论")))


def test_labelled_rows_that_are_more_than_memory_holds_are_streamed_to_a_file(
    library: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = load("owner/set")
    monkeypatch.setattr(stored, "IN_MEMORY", 20)
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path))
    found = load("owner/set")
    assert isinstance(found.train, StoredRecords) and "are kept in a file" in "".join(found.notes)
    assert list(found.train) == expected.train and list(found.valid) == expected.valid
    assert found.fingerprint == expected.fingerprint
