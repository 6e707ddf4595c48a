"""A translator's export translates as the model does, in a program that knows nothing of lstm."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import onnxruntime
import pytest

from lstmcli.exporting.write import export
from lstmcli.translation.predict import Translator
from support.translators import untrained_translator

TEXTS = ("der Hund", "", "  die Katze sitzt da!  ", "</s> <unk> Waldi 看", "a\u0301 \U0001f600 x", "der " * 12)
MODELS: dict[str, dict[str, Any]] = {
    "pieces": {"attention": "additive"},
    "words": {"kind": "word", "source": "word", "copies": True, "input_feeding": True},
    "one tokenizer": {"kind": "char", "source": "joint", "cell": "gru", "layers": 3},
    "unigram": {"kind": "unigram", "source": "byte", "tied": False},
}


def translated(folder: Path, *options: str) -> list[str]:
    command = [sys.executable, "translate.py", *options]
    lines = "".join(f"{text}\n" for text in TEXTS).encode()
    done = subprocess.run(command, input=lines, cwd=folder, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize("name", MODELS)
def test_the_program_translates_as_the_model(name: str, tmp_path: Path) -> None:
    model = untrained_translator(tmp_path / "model", **MODELS[name])
    export(model, "onnx", tmp_path / "out")
    with Translator(model, threads=1, engine="onnx") as translator:
        best = translator.translate(list(TEXTS), beam=4, length_penalty=0.6)
        assert len(set(best)) > 3
        assert translated(tmp_path / "out", "--beam", "4", "--length-penalty", "0.6") == best
        if name == "pieces":
            assert translated(tmp_path / "out", "--beam", "1") == translator.translate(list(TEXTS), beam=1)


@pytest.mark.parametrize("name", ["words", "pieces"])
def test_its_document_describes_every_input_and_output(name: str, tmp_path: Path) -> None:
    export(untrained_translator(tmp_path / "model", **MODELS[name]), "onnx", tmp_path / "out")
    described = (tmp_path / "out" / "README.md").read_text()
    for graph in ("encoder", "decoder"):
        session = onnxruntime.InferenceSession(str(tmp_path / "out" / f"{graph}.onnx"))
        names = [value.name for value in (*session.get_inputs(), *session.get_outputs())]
        assert [name for name in names if f"`{name}`" not in described] == []
    listed = json.loads((tmp_path / "out" / "export.json").read_text())["files"]
    assert all(f"`{file}`" in described for file in listed if file != "README.md")
