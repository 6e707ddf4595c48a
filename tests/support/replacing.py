"""A process that puts one model after another in the same place, or reads what is there, until time is up:
``python -m support.replacing write|read TARGET SECONDS [MODEL MODEL]`` in ``tests/``."""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections import Counter
from pathlib import Path

from lstmcli.model_dir.directory import read_model, write_model

TEXT = "the cat saw a fine old mat"


def answer(path: Path) -> str:
    """What the model there says of a text, by all of its files."""
    model = read_model(path)
    if model.task.name == "classify":
        from lstmcli.classification.predict import Classifier

        classifier = Classifier(path, threads=1)
        time.sleep(0.01)  # what is not in memory by now may be another model's
        rows = classifier.probabilities([TEXT])
        return f"{classifier.labels} {rows.round(6).tolist()}"

    from lstmcli.data.records import Record
    from lstmcli.language_modeling.predict import LanguageModel
    from lstmcli.language_modeling.scoring.perplexity import Text, perplexity

    found = LanguageModel(path, threads=1)
    time.sleep(0.01)
    return f"{found.mode} {perplexity(found, [Text([Record(TEXT)])]).nats:.4f}"


def write(target: Path, seconds: float, models: list[Path]) -> int:
    contents = [({p.name: p.read_bytes() for p in model.iterdir()}, read_model(model).config) for model in models]
    for files, _ in contents:
        del files["config.json"]
    end = time.monotonic() + seconds
    for saves, (files, config) in enumerate(itertools.cycle(contents), 1):
        own = {name: value for name, value in config.items() if name not in ("checksum", "files", "format_version")}
        write_model(target, files, own, force=True)
        if time.monotonic() > end:
            return saves
    raise AssertionError


def read(target: Path, seconds: float) -> Counter[str]:
    end, found = time.monotonic() + seconds, Counter[str]()
    while time.monotonic() < end:
        found[answer(target)] += 1
    return found


if __name__ == "__main__":
    what, place, limit, *rest = sys.argv[1:]
    done = write(Path(place), float(limit), [*map(Path, rest)]) if what == "write" else read(Path(place), float(limit))
    print(json.dumps(done))
