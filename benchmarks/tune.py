"""``lstm tune`` beside fastText's autotune: the same rows, the same time, the same size.

A tenth of the training rows, by label, is the validation part that both choose by.  fastText reads the text as in
``fasttext_peer.py``; its model is quantised to --size, as ``fasttext -autotune-modelsize`` does.

    python benchmarks/tune.py                        # AG News, 10m, 2M; one after the other, with all cores
    python benchmarks/tune.py --together             # started together, one thread each
    python benchmarks/tune.py --time 20m --size 1M
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import fasttext

from common import LSTM, Row, corpus_file, read_rows, record, stratified_cut
from fasttext_peer import prepare
from lstmcli.options import seconds


def autotuned(
    train: Sequence[Row], valid: Sequence[Row], test: Sequence[Row], limit: float, size: str, threads: int
) -> dict[str, Any]:
    """fastText's figures."""
    labels = sorted({label for label, _ in train})
    number = {label: i for i, label in enumerate(labels)}
    with tempfile.TemporaryDirectory() as name:
        files = {"train": train, "valid": valid}
        for part, rows in files.items():
            lines = (f"__label__{number[label]} {prepare(text)}\n" for label, text in rows)
            (Path(name) / part).write_text("".join(lines), encoding="utf-8")
        begin = time.perf_counter()
        model: Any = fasttext.train_supervised(
            str(Path(name) / "train"),
            autotuneValidationFile=str(Path(name) / "valid"),
            autotuneDuration=int(limit),
            autotuneModelSize=size,
            thread=threads,
            verbose=0,
        )
        took = time.perf_counter() - begin
        model.save_model(str(Path(name) / "model.ftz"))

        def accuracy(rows: Sequence[Row]) -> float:
            found = (model.f.predict(prepare(text) + "\n", 1, 0.0, "strict") for _, text in rows)
            answers = [labels[int(each[0][1].removeprefix("__label__"))] if each else "" for each in found]
            return sum(answer == label for answer, (label, _) in zip(answers, rows, strict=True)) / len(rows)

        return {
            "valid": accuracy(valid),
            "test": accuracy(test),
            "bytes": (Path(name) / "model.ftz").stat().st_size,
            "seconds": took,
        }


def tuned(train: Sequence[Row], valid: Sequence[Row], test: Path, more: Sequence[str]) -> dict[str, Any]:
    """Ours."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, rows in (("train", train), ("valid", valid)):
            with (folder / f"{part}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([("label", "text"), *rows])
        command = [LSTM, "tune", str(folder / "train.csv"), "--valid", str(folder / "valid.csv"), "--test", str(test)]
        command += ["-o", str(folder / "model"), "--format", "json", *more]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        print(done.stderr)
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, default=corpus_file("ag_news/train_sample.csv"))
    parser.add_argument("--test", type=Path, default=corpus_file("ag_news/test.csv"))
    parser.add_argument("--time", default="10m")
    parser.add_argument("--size", default="2M")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--together", action="store_true", help="start both together, with one thread each")
    args = parser.parse_args()
    train, valid = stratified_cut(read_rows(args.train), 0.1, args.seed)
    threads = 1 if args.together else os.cpu_count() or 1
    options = ["--time", args.time, "--size", args.size, "--seed", str(args.seed), "--threads", str(threads)]
    with ThreadPoolExecutor(1) as pool:
        ours = pool.submit(tuned, train, valid, args.test, options)
        if not args.together:
            wait([ours])
        peer = autotuned(train, valid, read_rows(args.test), seconds(args.time), args.size, threads)
        found = {"lstm": ours.result(), "fasttext": peer}
    record("tune", found)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
