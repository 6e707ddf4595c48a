"""The native kernel beside ONNX Runtime: the classifier's network alone, at every level, and the whole command.

AG News' test file on one thread, the sides in turn.  The network alone is timed by the processor time it takes, the
command by the clock.  The limit is what the recurrent products alone would take at the rate of a large fp32 product.

    python benchmarks/kernel.py                  trains a model with the default recipe for a minute first
    python benchmarks/kernel.py --model DIR      of this model
    python benchmarks/kernel.py --before DIR     beside the command of another checkout, which trains the model
    python benchmarks/kernel.py --quick          a try-out on a few rows

Result: a JSON line in runs/benchmarks/kernel.jsonl; the tables for RESULTS.md go to stdout.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

import numpy as np

from common import (
    LSTM,
    corpus_file,
    interleave,
    markdown_table,
    median,
    read_rows,
    record,
    run,
    short_model,
    write_rows,
)
from lstmcli.classification.load import classifier_weights
from lstmcli.classification.native_session import NativeSession
from lstmcli.classification.predict import Classifier
from lstmcli.data.windows import WINDOW
from lstmcli.engine.native import LIBRARY, Library
from lstmcli.engine.registry import engine_names
from lstmcli.model_dir.directory import WEIGHTS

EXACT = "onnx"
"""What the others are compared with."""


def sessions(model: str) -> dict[str, Classifier]:
    """The model on each engine, and on the kernel at each level."""
    found = {name: Classifier(model, threads=1, engine=name) for name in engine_names() if name != "torch"}
    native, _ = found.pop("native"), found.pop("fast")
    weights = classifier_weights(native.directory.read(WEIGHTS), native.directory, native.encoder.rows)
    for level in Library(LIBRARY).levels:
        for name, int16 in ((level, False), (f"{level}, 16 bits", True)):
            config = native.directory.settings.model
            session = NativeSession(Library(LIBRARY, level), weights, config, threads=1, int16=int16)
            found[name] = Classifier(model, threads=1, engine="native")
            found[name].ensemble = replace(found[name].ensemble, network=session)
    return found


def network_alone(classifier: Classifier, windows: list[Any]) -> Callable[[], float]:
    """Processor seconds for all texts, tokenized before."""

    network = replace(classifier.ensemble, ngrams=None)

    def seconds() -> float:
        start = time.process_time()
        for window in windows:
            network.logits(window)
        return time.process_time() - start

    return seconds


def peak(size: int = 1536, times: int = 6) -> float:
    """fp32 operations a second in a large product, one thread."""
    a = np.ones((size, size), np.float32)
    a @ a
    start = time.process_time()
    for _ in range(times):
        a @ a
    return 2 * size**3 * times / (time.process_time() - start)


def earlier_command(checkout: str, directory: Path, seconds: str) -> tuple[str, list[str]]:
    """A model with the default recipe that a checkout trained, and that checkout's command for it."""
    lstm = ["env", f"PYTHONPATH={Path(checkout).resolve() / 'src'}", sys.executable, "-m", "lstmcli"]
    model = str(directory / "model")
    run([*lstm, "train", str(corpus_file("ag_news/train_sample.csv")), "-o", model, "--time", seconds])
    return model, [*lstm, "classify", "-m", model, "--threads", "1"]


def measure(model: str, test: Path, rounds: int, before: list[str] | None = None) -> dict[str, Any]:
    texts = [text for _, text in read_rows(test)]
    sides = sessions(model)
    encoder = sides[EXACT].encoder
    windows = [encoder.encode(texts[at : at + WINDOW]) for at in range(0, len(texts), WINDOW)]
    config = sides[EXACT].directory.settings.model
    alone = interleave(
        rounds, peak=peak, **{name: network_alone(classifier, windows) for name, classifier in sides.items()}
    )
    scale = float(sides["onnx"].directory.config["calibration"]["scale"])
    answers = {
        name: np.concatenate([each.ensemble.probabilities(window, scale) for window in windows])
        for name, each in sides.items()
    }
    command = [LSTM, "classify", "-m", model, "--threads", "1", str(test), "--engine"]
    engines = ("onnx", "int8", "native", "fast")
    commands = {name: [*command, name] for name in engines} | ({"before": [*before, str(test)]} if before else {})
    whole = interleave(rounds, **{name: lambda own=own: run(own).seconds for name, own in commands.items()})
    tokens = sum(len(text) for window in windows for text in window)
    products = 2 * config.hidden * 4 * config.hidden * (2 if config.bidirectional else 1) * tokens
    return {
        "texts": len(texts),
        "limit": len(texts) * median(alone["peak"]) / products,
        "alone": {name: len(texts) / median(alone[name]) for name in sides},
        "difference": {name: float(np.abs(p - answers[EXACT]).max()) for name, p in answers.items()},
        "changed": {name: int((p.argmax(1) != answers[EXACT].argmax(1)).sum()) for name, p in answers.items()},
        "whole": {name: len(texts) / median(seconds) for name, seconds in whole.items()},
    }


def tables(result: dict[str, Any]) -> str:
    base, limit = result["alone"][EXACT], result["limit"]
    alone = [
        (name, f"{rate:,.0f}", f"{rate / base:.2f}", f"{rate / limit:.2f}", f"{result['difference'][name]:.1e}",
         result["changed"][name])
        for name, rate in result["alone"].items()
    ]  # fmt: skip
    first = markdown_table(
        ("network alone", "texts/s", "times onnx", "of the fp32 limit", "largest difference", "labels changed"), alone
    )
    rates = result["whole"]
    base = "before" if "before" in rates else EXACT
    rows = [(name, f"{rate:,.0f}", f"{rate / rates[base]:.2f}") for name, rate in rates.items()]
    return f"{first}\n\n{markdown_table(('whole command', 'texts/s', f'times {base}'), rows)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a classifier; without, one is trained")
    parser.add_argument("--before", help="a checkout of this project")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round on a few rows, to see that it works")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        test = corpus_file("ag_news/test.csv")
        if args.quick:
            args.rounds, test = 1, write_rows(Path(name) / "test.csv", read_rows(test)[:500])
        seconds, before = "20s" if args.quick else "60s", None
        if args.before:
            model, before = earlier_command(args.before, Path(name), seconds)
        else:
            model = args.model or short_model(Path(name), seconds)
        result = measure(model, test, args.rounds, before)
    record("kernel-quick" if args.quick else "kernel", result)
    print(tables(result))


if __name__ == "__main__":
    main()
