"""Model directories that tests alter: what is in one, and how reading it is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from lstmcli.errors import ModelError
from lstmcli.model_dir import manifest
from lstmcli.model_dir.directory import read_model
from lstmcli.tasks import CLASSIFICATION, Task

CHECKED = ("model.safetensors", "tokenizer.json", "model.onnx")
reuse_tmp_path = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def rewrite(model: Path, *, seal: bool = True, **changes: Any) -> None:
    """Change config.json as a careful editor would: with a checksum that fits again."""
    path = model / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    for name, value in changes.items():
        if value is None:
            del config[name]
        else:
            config[name] = value
    if seal:
        config["checksum"] = manifest.checksum(config)
    path.write_text(json.dumps(config), encoding="utf-8")


def refused(path: str | Path, task: Task | None = CLASSIFICATION) -> ModelError:
    """The error that reading all of the model ends with."""
    with pytest.raises(ModelError) as caught:
        read_model(path, task=task).verify()
    assert caught.value.exit_code == 4
    assert caught.value.path
    return caught.value
