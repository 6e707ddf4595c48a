"""Messages of the API name arguments in place of options of the command line."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

import lstmcli as lstm
from lstmcli.errors import DataError, UsageError
from lstmcli.python_names import LOG, as_arguments
from lstmcli.training.events import Event


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("name it with --label-column", "name it with label_column"),
        ("choose another place with -o/--output", "choose another place with output"),
        ("add --beams 4", "add beams=4"),
        ("give at least --time 1.5 or so", "give at least time=1.5 or so"),
        ("--label-prefix '#' trains a classifier", "label_prefix='#' trains a classifier"),
        ("say how long: --time 30s", "say how long: time 30s"),
        ("learning-rate must be above 0", "learning_rate must be above 0"),
        ("run `lstm train --help`, or leave --seed out", "run `lstm train --help`, or leave seed out"),
        ("a rule -- and a well-known word", "a rule -- and a well-known word"),
    ],
)
def test_options_are_arguments(said: str, shown: str) -> None:
    assert as_arguments(said) == shown


def test_errors_warnings_and_notes_do(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UsageError) as error:
        lstm.train((["a"], ["b"]), output=tmp_path / "m", valid_fraction=2)
    assert error.value.message.startswith("valid_fraction must be")
    path = tmp_path / "t.csv"
    path.write_text("text,tag_a,tag_b\n" + "".join(f"good day {i},{i % 2},{i % 3}\n" for i in range(30)))
    with pytest.raises(DataError) as unsure:
        lstm.train(path, output=tmp_path / "m")
    assert unsure.value.hint and "label_column" in unsure.value.hint and "--" not in unsure.value.hint
    seen: list[Event] = []
    lstm.train(path, output=tmp_path / "m", label_column="tag_a", epochs=1, hidden=4, on_event=seen.append)
    assert not [event for event in seen if "--" in repr(event)]
    with caplog.at_level(logging.WARNING, "lstmcli"):
        LOG.warning("--tokenizer bpe")
    assert caplog.messages == ["tokenizer bpe"]
