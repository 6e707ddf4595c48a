"""Models that cannot be read, and places where none can be written: what is there stays as it is."""

from __future__ import annotations

import json
import resource
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.refusing import SMALL, lstm, names, refused


@pytest.fixture
def model(sound: Path, tmp_path: Path) -> Path:
    """A model of one's own, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "model"))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("good.csv", "good.csv: is a file"),
        ("good.csv/m", "good.csv is not a directory"),
        ("/dev/null/m", "/dev/null is not a directory"),
        (".", "is not empty and is not a model"),
        ("x" * 300, "cannot be written: file name too long"),
        ("a/b/" + "x" * 300, "cannot be written: file name too long"),
        ("model", "model: a model is already there"),
    ],
)
def test_a_place_that_cannot_be_written(place: str, said: str, here: Path, sound: Path) -> None:
    shutil.copytree(sound, "model")
    before = {path.name: path.read_bytes() for path in Path("model").iterdir()}
    refused(lstm("train", "good.csv", "-o", place), 1, said, "-o/--output")
    assert names(here) == ["good.csv", "model"]
    assert {path.name: path.read_bytes() for path in Path("model").iterdir()} == before


def test_a_model_with_files_of_others_in_it_is_kept_even_with_force(here: Path, sound: Path) -> None:
    shutil.copytree(sound, "model")
    Path("model", "thesis.txt").write_text("years of work", encoding="utf-8")
    refused(lstm("train", "good.csv", "-o", "model", "--force"), 1, "holds more than a model: thesis.txt")


def test_a_disk_that_fills_up_leaves_the_earlier_model(here: Path, sound: Path) -> None:
    shutil.copytree(sound, "model")
    before = {path.name: path.read_bytes() for path in Path("model").iterdir()}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # no file may be larger
    try:
        result = lstm("train", "good.csv", "-o", "model", "--force", "--quiet", *SMALL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    refused(result, 1, "model: cannot be written: file too large")
    assert names(here) == ["good.csv", "model"]
    assert {path.name: path.read_bytes() for path in Path("model").iterdir()} == before


FILES = ("config.json", "model.safetensors", "ngrams.safetensors", "tokenizer.json", "model.onnx")


def damage(path: Path, harm: str) -> None:
    data = path.read_bytes()
    path.unlink()
    if harm == "folder":
        path.mkdir()
    elif harm == "link":
        outside = path.parent.parent / "elsewhere"
        outside.write_bytes(data)
        path.symlink_to(outside)
    elif harm != "missing":
        # config.json stays JSON: the bit lies in its date.
        middle = data.index(b"2026") if path.name == "config.json" else len(data) // 2
        altered = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        path.write_bytes({"empty": b"", "cut": data[:-10], "altered": altered}[harm])


@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "altered", "folder", "link"])
@pytest.mark.parametrize("name", FILES)
def test_a_model_with_a_damaged_file(model: Path, name: str, harm: str) -> None:
    damage(model / name, harm)
    said = {"missing": name, "cut": "cut short", "empty": "cut short", "altered": "altered"}.get(harm, name)
    if name == "config.json" and harm in ("cut", "empty"):
        said = "config.json: is not valid JSON"
    unread = name == "model.onnx" and harm == "altered"  # it is for other programs; its size alone is looked at
    for arguments in (["info", model], ["classify", "-m", model, "--text", "x"]):
        result = lstm(*arguments)
        if unread and arguments[0] == "classify":
            assert result.exit_code == 0
        else:
            assert result.stdout == ""
            refused(result, 4, str(model), said)


def edit(model: Path, **changes: Any) -> None:
    path = model / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"format_version": 2, "versions": {"lstmcli": "9.9.0"}},
            "is in format 2, written by lstm 9.9.0; this is lstm",
        ),
        ({"format_version": "new"}, "format_version cannot be 'new'"),
        ({"labels": ["a", "b", "c"]}, "was altered: its checksum differs"),
        ({"labels": ["a", "a"]}, "labels should be distinct strings"),
        ({"files": {"../../etc/passwd": {"bytes": 1, "sha256": ""}}}, "files: '../../etc/passwd' cannot be"),
    ],
)
@pytest.mark.parametrize("command", ["info -m", "classify --text x -m"])
def test_a_model_of_another_version_or_by_another_hand(
    command: str, changes: dict[str, Any], said: str, model: Path
) -> None:
    edit(model, **changes)
    result = lstm(*command.split(), model)
    assert result.stdout == ""
    refused(result, 4, "config.json", said)


@pytest.mark.parametrize("where", ["none", "good.csv", "."])
@pytest.mark.parametrize("command", ["info", "classify --text x -m"])
def test_a_place_that_holds_no_model(command: str, where: str, here: Path) -> None:
    result = lstm(*command.split(), where)
    assert result.stdout == "" and result.exit_code == 4 and result.stderr.startswith(f"error: {where}: ")
    assert where != "none" or "lstm train" in result.stderr
