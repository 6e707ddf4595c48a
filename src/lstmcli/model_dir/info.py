"""The description of a model directory, after verifying all of its files."""

from __future__ import annotations

from pathlib import Path

from lstmcli.engine.registry import AUTO, ENGINES, STEPS, check_engine, usual_engine
from lstmcli.model_dir.directory import ModelDir, read_model, retry_if_replaced
from lstmcli.model_dir.reproducibility import nondeterminism_reasons
from lstmcli.model_dir.results import ModelInfo


def info(path: str | Path) -> ModelInfo:
    """What the model is, how it was trained, and its metrics.

    Raises:
        ModelError: as ``read_model``, and for any file that is damaged.
    """
    return retry_if_replaced(path, lambda: _info(read_model(path)))


def _info(model: ModelDir) -> ModelInfo:
    model.verify()
    config = model.config
    engine, generating = _engine(model), ""
    if "int8" in config:
        generating = _engine(model, "int8" if config["int8"] else STEPS)
    return ModelInfo(
        path=str(model.path),
        task=model.task.name,
        engine=engine,
        level=ENGINES[engine].level() if engine else "",
        generates_with=generating if generating != engine else "",
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
        obstacles=tuple(nondeterminism_reasons(config, model.settings.train)),
        data=config["data"],
        metrics=config["metrics"],
        versions=config["versions"],
        calibration={"scale": config["calibration"]["scale"]} if model.task.labelled else {},
        came_from=config.get("from", {}),
        cross_validation=config.get("cross_validation", {}),
        config=config[model.task.config_key],
    )


def _engine(model: ModelDir, prefer: str | None = None) -> str:
    """The name of the engine that would run the model; empty if none would.  Raises: UsageError."""
    check_engine(None, AUTO)
    found = usual_engine(model.task, model.settings, prefer=prefer)
    return found.name if found else ""
