"""Every labelled file of the real data sets, read as it is, with the row counts that were published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lstmcli.data.config import ReadConfig
from lstmcli.data.sources import open_source
from lstmcli.data.splits import load_splits


def published(data_dir: Path) -> dict[str, tuple[int, int]]:
    """File to rows and classes, from the README of the data."""
    counts = {}
    for line in (data_dir / "README.md").read_text(encoding="utf-8").splitlines():
        folder = re.match(r"\| `(classify/\w+)` \|", line)
        if folder:
            for name, rows, classes in re.findall(r"([\w.]+\.csv(?:\.gz)?): ([\d,]+) \((\d+)\)", line):
                counts[f"{folder[1]}/{name}"] = (int(rows.replace(",", "")), int(classes))
    return counts


def test_every_file_has_its_rows_and_classes(data_dir: Path) -> None:
    counts = published(data_dir)
    assert len(counts) >= 20
    small = {name: count for name, count in counts.items() if (data_dir / name).stat().st_size < 1_500_000}
    for name, (rows, classes) in small.items():
        source = open_source(str(data_dir / name), ReadConfig(), labelled=True)
        records = list(source)
        assert (len(records), len({r.labels for r in records})) == (rows, classes), name
        assert (source.text_columns, source.label_column, source.warnings) == (("text",), "label", []), name


@pytest.mark.slow
def test_every_large_file_too(data_dir: Path) -> None:
    for name, (rows, classes) in published(data_dir).items():
        records = list(open_source(str(data_dir / name), ReadConfig(), labelled=True))
        assert (len(records), len({r.labels for r in records})) == (rows, classes), name


def test_a_folder_with_the_published_split(data_dir: Path) -> None:
    splits = load_splits(
        str(data_dir / "classify/sst2"), ReadConfig(), valid=None, test=None, valid_fraction=None, seed=1
    )
    assert [len(part) for part in (splits.train, splits.valid, splits.test)] == [6920, 872, 1821]
