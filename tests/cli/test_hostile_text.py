"""Texts, labels and files made to do harm: to a terminal, to the memory, to a parser."""

from __future__ import annotations

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from lstmcli.data import files
from support.models import untrained_model
from support.refusing import ENVIRONMENT, lstm, refused

EVIL = "\x1b]0;owned\x07\x1b[31mred\x9b2J \u202eback\u202c \x08\x7f \r\n"
SAFE_ESCAPES = ("\x1b]0", "\x1b[31mred", "\x9b2J", "\u202e", "\x08", "\x07", "\x7f")


def on_a_terminal(*arguments: object) -> str:
    """What a terminal would be sent: stdout and stderr together."""
    main, other = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "lstmcli", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=other,
        stderr=other,
        env={**ENVIRONMENT, "TERM": "xterm-256color", "COLUMNS": "80"},
    )
    os.close(other)
    found = b""
    try:
        while part := os.read(main, 65536):
            found += part
    except OSError:  # the other side is closed
        pass
    os.close(main)
    run.wait(timeout=60)
    return found.decode("utf-8", "replace")


@pytest.mark.parametrize(
    "command",
    ["classify", "classify --format=csv --keep-columns", "classify --report", "info", "no-such-file", "no-such-column"],
)
def test_nothing_in_a_text_or_a_label_acts_on_a_terminal(command: str, tmp_path: Path) -> None:
    labels = (f"good{EVIL}", f"bad{EVIL}")
    model = untrained_model(tmp_path / "model", labels=labels)
    rows = [{"text": f"a film {EVIL} {i}", "label": labels[i % 2], f"more{EVIL}": EVIL} for i in range(6)]
    data = tmp_path / "data.jsonl"
    data.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    arguments: list[object] = [*command.split(), data, "-m", model]
    if command == "info":
        arguments = ["info", model]
    elif command == "no-such-file":
        arguments = ["classify", tmp_path / f"none{EVIL}", "-m", model]
    elif command == "no-such-column":
        arguments = ["classify", data, "-m", model, f"--text-column=none{EVIL}"]
    shown = on_a_terminal(*arguments)
    assert len(shown) > 20
    assert not [some for some in SAFE_ESCAPES if some in shown]


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) for name in ("wide.csv", "wide.tsv")])
def test_a_hundred_thousand_columns(name: str, here: Path, sound: Path) -> None:
    mark = "," if name.endswith("csv") else "\t"
    header = mark.join(["text", *(f"c{i}" for i in range(100_000))])
    row = mark.join(["a fine film", *("1" for _ in range(100_000))])
    Path(name).write_text(f"{header}\n{row}\n{row}\n", encoding="utf-8")
    result = lstm("classify", name, "-m", sound, "--text-column=text")
    assert result.exit_code == 0, result.stderr
    assert len(result.stdout.splitlines()) == 2
    assert max(map(len, result.stderr.splitlines()), default=0) < 2000
    Path(name).write_text(f"{header}\n{row}{mark}more\n", encoding="utf-8")
    refused(lstm("classify", name, "-m", sound), 3, "expected 100,001 columns, found 100,002")


@pytest.mark.parametrize("depth", [1000, 5000, 200_000])
@pytest.mark.parametrize("name", ["deep.json", "deep.jsonl"])
@pytest.mark.parametrize("command", ["classify", "train"])
def test_json_nested_very_deeply(command: str, name: str, depth: int, here: Path, sound: Path) -> None:
    text = '{"label": "a", "text": ' + "[" * depth + "]" * depth + "}"
    Path(name).write_text(f"[{text}]" if name == "deep.json" else f"{text}\n{text}\n", encoding="utf-8")
    place = ["-m", sound] if command == "classify" else ["-o", "new"]
    result = lstm(command, name, *place)
    assert result.exit_code == 3, result.stderr
    assert "unexpected" not in result.stderr and "Traceback" not in result.stderr
    assert not Path("new").exists()


def test_a_gzip_bomb(here: Path, sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED", 1 << 20)
    Path("bomb.csv.gz").write_bytes(gzip.compress(b"text,label\n" + b"a" * (8 << 20)))
    refused(lstm("classify", "bomb.csv.gz", "-m", sound), 3, "no text packs so well", "gzip -d")
    bomb = Path("bomb.csv.gz").read_bytes()
    refused(lstm("classify", "-", "-m", sound, input=bomb), 3, "no text packs so well")


@pytest.mark.parametrize(
    "text", ["\ud800", "e\u0301" * 5000, "\u200d" * 1000, "\u202e\u202d" * 100, "👩\u200d👧" * 300]
)
def test_odd_unicode_is_answered(text: str, sound: Path) -> None:
    result = lstm("classify", "--text", text, "-m", sound, "--format=jsonl")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["label"]
