"""A format is one file and one line: what is registered is detected, opened, named, split and offered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lstmcli.cli.options import common
from lstmcli.data.config import ReadConfig
from lstmcli.data.encoding import TextLines
from lstmcli.data.formats.config import FORMATS
from lstmcli.data.formats.format import Format, Opening, all_formats, find_format
from lstmcli.data.locate import locate
from lstmcli.data.sources import open_source
from lstmcli.data.splits import load_splits
from lstmcli.data.table import Row, Table
from lstmcli.errors import UsageError


def open_toy(file: Opening) -> Table:
    """A label between stars, then a text."""

    def rows() -> Iterator[Row]:
        for number, line in enumerate(TextLines(file.source, file.encoding), 1):
            _, label, text = line.split("*", 2)
            yield Row(number, file.source.path, {"text": text.strip(), "label": label})

    return Table(TOY, ("text", "label"), rows, text_columns=("text",), label_column="label")


TOY = Format(
    "toy",
    "lines with stars",
    open_toy,
    sniff=lambda file: all(line.startswith("*") for line in file.head),
    suffixes=(".toy",),
    chosen_columns=False,
)
LINES = "".join(f"*{'ab'[n % 2]}* the {n} th text\n" for n in range(8))


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, "toy", f"{__name__}:TOY")


@pytest.mark.parametrize("name", ["a.toy", "a.unknown"])
def test_a_registered_format_is_detected_opened_and_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(LINES)
    source = open_source(str(path), ReadConfig(), labelled=True)
    assert source.format == "toy"
    assert source.notes[0].endswith(f"{name}: lines with stars")
    assert [record.labels for record in source] == [("a",), ("b",)] * 4


def test_it_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(LINES)
    assert open_source(str(path), ReadConfig(input_format="toy"), labelled=True).format == "toy"
    with pytest.raises(UsageError, match="unknown input format 'yaml'") as caught:
        open_source(str(path), ReadConfig(input_format="yaml"), labelled=None)
    assert "toy" in str(caught.value.hint)


def test_files_of_it_are_splits_of_a_folder(tmp_path: Path) -> None:
    for name in ("train", "test"):
        (tmp_path / f"{name}.toy").write_text(LINES)
    assert sorted(locate(str(tmp_path), ReadConfig()).splits) == ["test", "train"]
    read = {"valid": None, "test": None, "valid_fraction": None, "seed": 1}
    assert len(load_splits(str(tmp_path), ReadConfig(), **read).test) == 8  # type: ignore[arg-type]


def test_every_format_has_the_name_in_the_registry() -> None:
    assert [format.name for format in all_formats()] == list(FORMATS)
    assert next(iter(FORMATS)) == "text"
    suffixes = [suffix for format in all_formats() for suffix in format.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(find_format(name).title for name in FORMATS)


def test_the_command_line_offers_every_format() -> None:
    assert set(common.INPUT_FORMATS) == FORMATS.keys() - {"toy"}
