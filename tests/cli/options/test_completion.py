"""Values that a shell offers on TAB."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.cli.options import completion
from support.models import LABELS, stub_model


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LSTM_MODEL", raising=False)
    return tmp_path


def offered(line: str) -> list[str]:
    """What is offered for the last word of a line."""
    place = str(len(line.split(" ")) - 1)
    shell = {"_LSTM_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": place}
    found = CliRunner().invoke(app, [], env=shell)
    assert not found.stderr
    return [each for each in found.stdout.splitlines() if each]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lstm tr", ["train", "translate"]),
        ("lstm train --preset s", ["small"]),
        ("lstm train --cell g", ["gru"]),
        ("lstm train --pooling max,me", ["max,mean"]),
        ("lstm train --pooling max,m", ["max,mean"]),
        ("lstm compare x --cells lstm,g", ["lstm,gru"]),
        ("lstm classify --format js", ["jsonl", "json"]),
        ("lstm train sample:to", ["sample:topics"]),
        ("lstm train ", []),
        ("lstm train --config ", []),
    ],
)
def test_values_of_options(line: str, expected: list[str]) -> None:
    assert offered(line) == expected


@pytest.mark.parametrize(
    "option", ["classify -m ", "info ", "compare a ", "export --beside ", "generate --model ", "neighbours -m "]
)
def test_model_directories(option: str) -> None:
    for name in ("models/news", "models/old", "one"):
        stub_model(Path(name))
    for name in ("data", "models/empty", ".hidden"):
        Path(name).mkdir()
    assert offered(f"lstm {option}") == ["models/news", "models/old", "one"]
    assert offered(f"lstm {option}o") == ["one"]
    assert offered(f"lstm {option}models/n") == ["models/news"]
    assert offered(f"lstm {option}./models/") == ["./models/news", "./models/old"]
    assert offered(f"lstm {option}nowhere/") == []


def test_columns_of_the_file_that_is_named(here: Path) -> None:
    table = "id;star rating;review\n1;5;good\n2;1;bad\n"
    Path("a.csv").write_text(table)
    Path("b.csv.gz").write_bytes(gzip.compress(table.encode("utf-16")))
    Path("c.jsonl").write_text('{"text": "good", "stars": 1}\n{"text": "bad", "stars": 2}\n')
    Path("long.csv").write_text(table + "1;5;good\n" * 9000)
    columns = ["id", "star rating", "review"]
    assert offered("lstm train long.csv --label-column ") == columns
    assert offered("lstm train a.csv --label-column ") == columns
    assert offered("lstm train b.csv.gz --text-column r") == ["review"]
    assert offered("lstm train a.csv --text-column review --label-column s") == ["star rating"]
    assert offered("lstm classify c.jsonl --report --text-column ") == ["text", "stars"]
    assert offered("lstm compare one two --on a.csv --label-column ") == columns
    assert offered("lstm train --source-file a.csv --target-column ") == columns


def test_nothing_is_offered_for_a_file_that_has_no_columns(here: Path) -> None:
    Path("empty.csv").write_bytes(b"")
    Path("binary.csv").write_bytes(bytes(range(256)) * 9)
    for name in ("empty.csv", "binary.csv", "nowhere.csv", ".", "sample:topics"):
        assert offered(f"lstm train {name} --label-column ") == []


def test_labels_of_the_model(here: Path) -> None:
    stub_model(Path("lstm-model/classifier"))
    stub_model(Path("other"), labels=["x", "y"])
    assert offered("lstm inspect --label ") == list(LABELS)
    assert offered("lstm inspect -m other --label y") == ["y"]
    Path("other/config.json").write_text("[")
    assert offered("lstm inspect -m other --label ") == []


def test_a_large_folder_does_not_keep_a_shell_waiting(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion, "MOST", 3)
    for n in range(9):
        Path(f"d{n}").mkdir()
    assert len(list(completion._folders("."))) == 3
