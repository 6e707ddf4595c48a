"""Small trainings without dropout in this process, one of several: ``several.py FOLDER TRAINING...`` in each."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from lstmcli.data import stored
from lstmcli.tokenization import shards

TASKS = ("classify", "lm", "translate")
PRETRAINED = ("pretrained", "started")
"""Classifiers that are pretrained on their texts, and one of them starts from ``lm-1``."""
GOING_ON = "going-on"
"""A classifier that goes on from ``classify-1``."""
REHEARSED = "rehearsed"
"""A language model that goes on from ``lm-1``, on text that this makes up too."""
STORED = "stored-"
"""Before the name of a training whose texts are kept in a file, and tokenized in small shards."""
WORDS = ["red", "green", "blue", "dog", "cat", "runs", "sleeps", "eats", "big", "small"]
STILL = ("embedding_dropout", "word_dropout", "feature_dropout", "input_dropout", "layer_dropout", "output_dropout")
SMALL: dict[str, Any] = {"hidden": 8, "embedding": 8, "threads": 1, "device": "cpu", "precision": "fp32", "seed": 2}
OPTIONS: dict[str, dict[str, Any]] = {
    "classify": {"epochs": 1, "batch_size": 9, "ngrams": 0, "characters": 0, "class_weights": "balanced"},
    "lm": {"epochs": 1, "batch_size": 5, "bptt": 10, "learning_rate": 0.02, "tokenizer": "word", "layers": 1},
    "translate": {"epochs": 1, "batch_size": 7, "learning_rate": 0.02, "tokenizer": "word", "layers": 1},
}
OPTIONS["pretrained"] = {**OPTIONS["classify"], "epochs": 3, "pretrain": 2, "tokenizer": "word"}
OPTIONS["started"] = {**OPTIONS["classify"], "epochs": 3, "pretrain": 2}
OPTIONS[GOING_ON] = {"epochs": 2, "batch_size": 9, "ngrams": 0, "characters": 0, "class_weights": "balanced"}
OPTIONS[REHEARSED] = {"epochs": 1, "bptt": 10, "learning_rate": 0.02}
SUFFIXES = {"classify": "csv", "lm": "txt", "translate": "tsv"}


def options(name: str, folder: Path) -> dict[str, Any]:
    task = task_of(name)
    others = {"lm": ("word_dropout", "feature_dropout"), "translate": ("feature_dropout", "input_dropout")}
    left_out = others.get(task, ("input_dropout",))
    columns = {"text_columns": ["source"], "target_column": "target"} if task == "translate" else {}
    own = OPTIONS[name.removeprefix(STORED)]
    found = {**SMALL, **own, **columns, **{each: 0.0 for each in STILL if each not in left_out}}
    if name in (GOING_ON, REHEARSED):
        return {**found, "from_model": str(folder / f"{task}-1")}
    if name != "started":
        return found
    own = {name: value for name, value in found.items() if name not in ("hidden", "embedding")}
    return {**own, "init_from": [str(folder / "lm-1")]}


def task_of(name: str) -> str:
    if name == REHEARSED:
        return "lm"
    return "classify" if name in (*PRETRAINED, GOING_ON) else name.removeprefix(STORED)


def write_sources(folder: Path) -> None:
    draw = random.Random(4)
    lines = [" ".join(draw.choice(WORDS) for _ in range(draw.randint(2, 8))) for _ in range(120)]
    labelled = ["label,text", *(f"{'yes' if 'cat' in line else 'no'},{line}" for line in lines)]
    pairs = ["source\ttarget", *(f"{line}\t{line[::-1]}" for line in lines)]
    for suffix, text in (("csv", labelled), ("txt", lines), ("tsv", pairs)):
        (folder / f"data.{suffix}").write_text("\n".join(text) + "\n", "utf-8")


def train_all(folder: Path, group: Any, names: Sequence[str] = TASKS) -> None:
    """Train each model, as ``FOLDER/NAME-PROCESSES``."""
    from lstmcli.classification.pretraining import phase
    from lstmcli.training import loop
    from lstmcli.training.start import Training

    loop.SECONDS_BETWEEN_STEPS = phase.DROPOUT = 0.0
    for name in names:
        task, output = task_of(name), folder / f"{name}-{group.world}"
        how: dict[str, Any] = {"task": task, "checkpoint_every": "never", "group": group}
        source = str(folder / f"data.{SUFFIXES[task]}")
        kept = kept_in_files(folder) if name.startswith(STORED) else nullcontext()
        with kept, Training(source, options(name, folder), output=output, **how) as training:
            for _ in training.events():
                pass


@contextmanager
def kept_in_files(folder: Path) -> Iterator[None]:
    """The names of shards are added to ``FOLDER/written``, each some time after the one before."""
    before, write = (stored.IN_MEMORY, shards.SHARD), shards._write

    def slowly(path: Path, *what: Any) -> None:
        time.sleep(0.05)
        write(path, *what)
        with (folder / "written").open("a", encoding="utf-8") as file:
            file.write(f"{path}\n")

    stored.IN_MEMORY, shards.SHARD, shards._write = 10, 200, slowly
    try:
        yield
    finally:
        (stored.IN_MEMORY, shards.SHARD), shards._write = before, write


def losses(model: Path) -> list[float]:
    """Of every step and every validation."""
    events = map(json.loads, (model / "log.jsonl").read_text("utf-8").splitlines())
    return [event["loss"] for event in events if event["event"] in ("step", "validated")]


def assert_same(one: Path, other: Path, tolerance: float = 2e-5) -> None:
    """The same loss curves and weights; the embedding of a classifier is saved with half precision."""
    from safetensors.numpy import load_file

    np.testing.assert_allclose(losses(one), losses(other), rtol=tolerance)
    own, others = (load_file(model / "model.safetensors") for model in (one, other))
    assert own.keys() == others.keys()
    for name, value in own.items():
        wide = 2e-3 if value.dtype == np.float16 else tolerance
        np.testing.assert_allclose(value.astype(float), others[name].astype(float), rtol=wide, atol=wide, err_msg=name)


if __name__ == "__main__":
    from lstmcli.training.launch import joined

    with joined(timeout=120.0) as found:
        train_all(Path(sys.argv[1]), found, sys.argv[2:])
