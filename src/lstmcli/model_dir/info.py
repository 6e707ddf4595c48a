"""What a model directory says of itself, every file of it checked."""

from __future__ import annotations

from pathlib import Path

from lstmcli.model_dir.directory import ModelDir, read_model, unless_replaced
from lstmcli.model_dir.reproducibility import obstacles
from lstmcli.model_dir.results import ModelInfo


def info(path: str | Path) -> ModelInfo:
    """What the model is, how it was trained and how well it did.

    Raises:
        ModelError: as ``read_model``, and for any file that is damaged.
    """
    return unless_replaced(path, lambda: _info(read_model(path)))


def _info(model: ModelDir) -> ModelInfo:
    model.verify()
    config = model.config
    return ModelInfo(
        path=str(model.path),
        task=model.task.name,
        labels=model.labels,
        multilabel=model.multilabel,
        architecture=config["architecture"],
        parameters=config["parameters"],
        tokenizer=config["tokenizer"]["kind"],
        vocab_size=config["tokenizer"]["vocab_size"],
        bytes=model.size,
        created=config["created"],
        command=config["command"],
        seed=config["seed"],
        device=config.get("device", ""),
        threads=config.get("threads", 0),
        precision=config.get("precision", ""),
        obstacles=tuple(obstacles(config, model.settings.train)),
        data=config["data"],
        metrics=config["metrics"],
        versions=config["versions"],
        calibration={"scale": config["calibration"]["scale"]} if model.task.labelled else {},
        config=config[model.task.config_key],
    )
