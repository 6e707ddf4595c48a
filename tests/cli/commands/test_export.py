"""``lstm export``."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from lstmcli.cli.app import app
from support.models import untrained_model


def test_it_says_what_it_wrote(tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model")
    done = CliRunner().invoke(app, ["export", str(model), "-o", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert all(file.name in done.stdout for file in (tmp_path / "out").iterdir() if file.name != "export.json")
    again = CliRunner().invoke(
        app, ["export", "-m", str(model), "-o", str(tmp_path / "out"), "--force", "--format", "json"]
    )
    found = json.loads(again.stdout)
    assert found["to"] == "onnx" and found["files"][0]["name"] == "model.onnx"


def test_a_format_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model")
    done = CliRunner().invoke(app, ["export", str(model), "--to", "pdf", "-o", str(tmp_path / "out")])
    assert done.exit_code == 2 and "the formats are onnx, vectors" in done.stderr
