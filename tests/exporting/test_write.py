"""An export is written whole, and never over something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lstmcli.errors import ModelError, OutputError, UsageError
from lstmcli.exporting.results import FORMATS, PAGE
from lstmcli.exporting.write import CONTENTS, export
from support.lm_models import untrained_lm
from support.models import stub_model, untrained_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("models") / "reviews")


@pytest.mark.parametrize(
    ("build", "to"),
    [
        *((untrained_model, to) for to in FORMATS if to != PAGE),
        *((untrained_lm, to) for to in FORMATS if to not in (PAGE, "c")),
    ],
)
def test_classifiers_and_language_models_have_every_format(build: object, to: str, tmp_path: Path) -> None:
    path = build(tmp_path / "model")  # type: ignore[operator]
    found = export(path, to, tmp_path / "out")
    assert (found.model, found.output, found.to) == (str(path), str(tmp_path / "out"), to)
    written = {file.name: file.stat().st_size for file in (tmp_path / "out").iterdir()}
    contents = json.loads((tmp_path / "out" / CONTENTS).read_text())
    del written[CONTENTS]
    assert written == {file.name: file.bytes for file in found.files}
    assert contents == {"to": to, "files": [file.name for file in found.files]}


def test_the_directory_is_named_after_model_and_format(model: Path, tmp_path: Path, monkeypatch: object) -> None:
    monkeypatch.chdir(tmp_path)  # type: ignore[attr-defined]
    assert export(model, "vectors").output == "reviews-vectors"
    assert (tmp_path / "reviews-vectors" / "vectors.txt").is_file()


def test_an_export_is_replaced_only_when_asked(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(model, "onnx", out)
    with pytest.raises(OutputError, match="already there") as caught:
        export(model, "vectors", out)
    assert "--force" in str(caught.value.hint) and (out / "model.onnx").is_file()
    export(model, "vectors", out, force=True)
    assert sorted(file.name for file in out.iterdir()) == [CONTENTS, "vectors.txt"]


@pytest.mark.parametrize("name", ["thesis.txt", CONTENTS])
@pytest.mark.parametrize("force", [False, True])
def test_nothing_else_is_replaced(name: str, force: bool, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("not an export")
    with pytest.raises(OutputError):
        export(model, "onnx", out, force=force)
    assert [file.read_text() for file in out.iterdir()] == ["not an export"]


def test_a_file_that_was_added_to_an_export_is_kept(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(model, "vectors", out)
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds more than an export: thesis\.txt"):
        export(model, "vectors", out, force=True)


def test_a_file_is_no_place(model: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="is a file"):
        export(model, "onnx", tmp_path / "out", force=True)


def test_what_cannot_be_exported_leaves_nothing(tmp_path: Path) -> None:
    broken = stub_model(tmp_path / "model")
    with pytest.raises(ModelError):
        export(broken, "onnx", tmp_path / "out")
    with pytest.raises(UsageError, match="no export to 'pdf'"):
        export(broken, "pdf", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
