"""Texts without labels beside labelled ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmcli.data.records import Record, Splits
from lstmcli.data.unlabelled import add_unlabelled
from lstmcli.errors import NoDataError


def splits() -> Splits:
    return Splits([Record("warm", ("a",)), Record("cold", ("b",))], [Record("held out", ("a",))], [], fingerprint="x")


def test_each_text_counts_once_and_those_of_validation_do_not(tmp_path: Path) -> None:
    plain, table = tmp_path / "a.txt", tmp_path / "b.csv"
    plain.write_text("a new text\n\nHELD  out\nA new text\n", encoding="utf-8")
    table.write_text("text,label\nanother one,a\nwarm,b\n", encoding="utf-8")
    found = splits()
    add_unlabelled(found, [str(plain), str(table)])
    assert [(record.text, record.labels) for record in found.unlabelled] == [
        ("a new text", ()),
        ("another one", ()),
        ("warm", ()),
    ]
    assert found.notes[0] == f"unlabelled: {plain}, 3 texts; 1 is in validation or test and left out"
    other = splits()
    add_unlabelled(other, [str(plain)])
    assert found.fingerprint == "x" and len({"", found.unlabelled_fingerprint, other.unlabelled_fingerprint}) == 3


def test_a_file_without_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,id\n,1\n,2\n", encoding="utf-8")
    with pytest.raises(NoDataError):
        add_unlabelled(splits(), [str(tmp_path / "a.csv")])
