"""Files of 50,000 rows, sorted by label: what the columns are is told from all of a file, in every format."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lstmcli.data import files, hub
from lstmcli.data.config import ReadConfig
from lstmcli.data.locate import Located
from lstmcli.data.sources import open_parts, open_source

COUNT = 50_000
NAMES = ("body", "kind", "batch")


def rows() -> Iterator[tuple[str, str, str]]:
    """The label never changes at first; what recurs at first is a number of its own later on."""
    for n in range(COUNT):
        text = f"the {n} th message of a long list that somebody has kept"
        yield text, "abcd"[4 * n // COUNT], f"b{n % 12 if n < 3000 else n}"


def table(delimiter: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([NAMES, *rows()])
    return out.getvalue().encode()


def objects() -> list[dict[str, str]]:
    return [dict(zip(NAMES, row, strict=True)) for row in rows()]


def json_lines() -> bytes:
    return "".join(f"{json.dumps(value)}\n" for value in objects()).encode()


def xml() -> bytes:
    body = "".join(f"<row><body>{a}</body><kind>{b}</kind><batch>{c}</batch></row>\n" for a, b, c in rows())
    return f'<?xml version="1.0"?>\n<data>\n{body}</data>\n'.encode()


def columns(groups: int | None) -> bytes:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    values: Sequence[Sequence[str]] = list(zip(*rows(), strict=True))
    pyarrow.parquet.write_table(
        pyarrow.table(dict(zip(NAMES, values, strict=True))), out, **({"row_group_size": groups} if groups else {})
    )
    return out.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "a.csv": lambda: table(","),
    "a.tsv": lambda: table("\t"),
    "a.json": lambda: json.dumps(objects()).encode(),
    "columns.json": lambda: json.dumps({n: [row[n] for row in objects()] for n in NAMES}).encode(),
    "a.jsonl": json_lines,
    "a.xml": xml,
    "a.parquet": lambda: columns(None),
    "groups.parquet": lambda: columns(1000),
    "a.csv.gz": lambda: gzip.compress(table(","), 1),
    "a.jsonl.gz": lambda: gzip.compress(json_lines(), 1),
    "a.parquet.gz": lambda: gzip.compress(columns(None), 1),
}


@pytest.mark.parametrize("name", FILES)
def test_the_label_of_a_sorted_file_is_chosen_from_all_of_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name]())
    source = open_source(str(path), ReadConfig(), labelled=None)
    assert (source.text_columns, source.label_column) == (("body",), "kind")
    assert source.columns == NAMES


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz"])
def test_sorted_labelled_lines_are_detected_from_all_of_them(name: str, tmp_path: Path) -> None:
    data = "".join(f"{text};{label}\n" for text, label, _ in rows()).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data, 1) if name.endswith(".gz") else data)
    source = open_source(str(path), ReadConfig(), labelled=None)
    assert (source.format, source.labelled) == ("labelled", True)


class Stream:
    """Rows that can only be read one after the other."""

    features = dict.fromkeys(NAMES)

    def __iter__(self) -> Iterator[dict[str, str]]:
        return (dict(zip(NAMES, row, strict=True)) for row in rows())


class Held(Stream):
    def __len__(self) -> int:
        return COUNT

    def select(self, places: Sequence[int]) -> list[dict[str, str]]:
        values = objects()
        return [values[n] for n in places]


@pytest.mark.parametrize(("data", "said"), [(Held(), False), (Stream(), True)])
def test_the_label_of_a_data_set_of_the_hub(data: Any, said: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    library = SimpleNamespace(load_from_disk=lambda folder: data)
    monkeypatch.setattr(hub, "_datasets", lambda: library)
    located = Located("a", {"": [lambda read, labelled, prefer: hub.open_saved("a")]})
    source = open_parts("a", located.choose(None), ReadConfig(), labelled=None)
    assert (source.text_columns, source.label_column) == (("body",), "kind")
    assert ("its first 20,000 rows" in source.notes[0]) is said


def test_a_note_says_how_much_of_a_long_gzip_file_was_sampled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_LOOK", 1 << 20)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(table(","), 1))
    assert "MiB, unpacked" in open_source(str(path), ReadConfig(), labelled=None).notes[0]


def test_a_gzip_file_is_read_up_to_its_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(table(","), 1)[:-400])
    source = open_source(str(path), ReadConfig(), labelled=None)
    assert source.label_column == "kind"
    assert next(iter(source)).labels == ("a",)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_lines_in_the_middle_of_long_quoted_texts_are_no_rows(name: str, tmp_path: Path) -> None:
    lines = "".join(
        f"he who had told it {n} times and would not end before the morning came again, went on\n" for n in range(2000)
    )
    texts = [f"letter {n}\n{lines if n % 4 == 0 else 'a short one, of one line'}" for n in range(60)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [("label", "text"), *((f"group {n % 5}", text) for n, text in enumerate(texts))]
    )
    data = out.getvalue().encode()
    (tmp_path / name).write_bytes(gzip.compress(data, 1) if name.endswith(".gz") else data)
    source = open_source(str(tmp_path / name), ReadConfig(), labelled=None)
    assert (source.text_columns, source.label_column) == (("text",), "label")
    assert len({record.labels for record in source}) == 5
