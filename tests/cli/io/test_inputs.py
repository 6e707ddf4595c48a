"""What is said of texts that come in through a pipe."""

from __future__ import annotations

import pytest

from lstmcli.cli.io.inputs import with_table_warning
from lstmcli.data.config import ReadConfig
from lstmcli.data.records import Record

TRAINED = ReadConfig(text_columns=("review text",), label_columns=("label",))


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("label,review text", "csv"),
        ('"review text";"label"', "csv"),
        ("review text\tlabel", "tsv"),
        ('{"review text": "good", "label": "x"}', "jsonl"),
        ("review text, and more", None),
        ("review text", None),
        ('{"other": 1}', None),
        ("{broken", None),
        ("", None),
    ],
)
def test_a_table_in_a_pipe_is_warned_of(line: str, form: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    records = [Record(line), Record("label,review text")]
    assert list(with_table_warning(records, TRAINED)) == records
    said = capsys.readouterr().err
    assert (said == "") if form is None else (f"--input-format {form} " in said and said.count("warning") == 1)
    list(with_table_warning(records, ReadConfig()))
    assert capsys.readouterr().err == ""
