"""How near each job is to what one core of this machine can do.

Peaks are measured first: large matrix products in fp32 (NumPy) and bf16 (PyTorch), and reading memory and caches.  The
limit of a job is the time that its matrix products alone would take at the peak of its precision; everything else
(activations, tokenizing, reading, writing, start-up) would be free.  Products of 16-bit integers are counted at twice
the fp32 peak, since an instruction multiplies and adds twice as many numbers.  Our time is that of the processor, for
the whole command with one thread; of training, the time of its steps.

    python benchmarks/limits.py                                 trains the models first, two minutes
    python benchmarks/limits.py --classifier DIR --lm DIR       with models that are there

Result: a JSON line in runs/benchmarks/limits.jsonl; the tables for RESULTS.md go to stdout.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np
from numpy.typing import NDArray

from common import LSTM, ag_news_train, corpus_file, lm_file, markdown_table, median, read_rows, record, run
from kernel import peak


def rate(work: float, job: Callable[[], object], times: int = 5) -> float:
    """Units of work a second, the best of a few."""
    job()
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        job()
        best = min(best, time.process_time() - start)
    return work / best


def read(values: NDArray[np.float32], times: int) -> None:
    for _ in range(times):
        values.max()


def peaks() -> dict[str, float]:
    """Operations a second of products, bytes a second of reads; one thread."""
    import torch

    torch.set_num_threads(1)
    size = 1536
    b = torch.ones((size, size), dtype=torch.bfloat16)
    found = {"fp32": peak(size), "bf16": rate(2 * size**3, lambda: b @ b)}
    for name, count in (("L2", 2**17), ("L3", 2**21), ("memory", 2**26)):
        found[name] = rate(4.0 * 2**26, partial(read, np.ones(count, np.float32), 2**26 // count))
    return found


def config(model: Path, task: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((model / "config.json").read_text(encoding="utf-8"))
    return {**found, "model": found[task]["model"]}


def training_rate(model: Path) -> float:
    """Texts or tokens a second while it was trained, validation left out."""
    events = map(json.loads, (model / "log.jsonl").read_text(encoding="utf-8").splitlines())
    return median(event["rate"] for event in events if event["event"] == "step" and event["step"] > 10)


def seconds_each(command: list[str], count: int, rounds: int) -> dict[str, float]:
    """Processor seconds for each of the texts or tokens, by each engine."""
    return {
        engine: median(run([*command, "--engine", engine], keep_stdout=False).cpu_seconds for _ in range(rounds))
        / count
        for engine in ("native", "fast")
    }


def classifier(model: Path, rounds: int) -> dict[str, Any]:
    """Operations a text, and our seconds a text."""
    from lstmcli.tokenization.config import TokenizerConfig
    from lstmcli.tokenization.text_encoder import TextEncoder

    test, about = corpus_file("ag_news/test.csv"), config(model, "classifier")
    texts = [text for _, text in read_rows(test)]
    settings = TokenizerConfig(**about["classifier"]["tokenizer"])
    encoded = TextEncoder.from_json((model / "tokenizer.json").read_text(encoding="utf-8"), settings).encode(texts)
    tokens, distinct = sum(map(len, encoded)), len(np.unique(np.concatenate(encoded), axis=0))
    D, E, H = 1 + about["model"]["bidirectional"], about["model"]["embedding"], about["model"]["hidden"]
    products = 2 * D * 4 * H
    command = [LSTM, "classify", "-m", str(model), "--threads", "1", str(test)]
    return {
        "unit": "text of AG News",
        "using": products * (tokens * H + distinct * E) / len(texts),
        # Forward and backward, of the texts and of their adversarial copies.
        "training": 2 * 3 * products * tokens * (H + E) / len(texts),
        "seconds": seconds_each(command, len(texts), rounds),
        "training_seconds": 1 / training_rate(model),
        "precision": about["precision"],
    }


def language_model(model: Path, rounds: int) -> dict[str, Any]:
    """Operations a token, and our seconds a token."""
    test, about = lm_file("wikitext-2/test.txt"), config(model, "lm")
    command = [LSTM, "perplexity", "-m", str(model), "--threads", "1", "--stream", "--format", "json", str(test)]
    done = run(command)
    tokens = int(json.loads(done.stdout)["tokens"])
    E, H, layers = (about["model"][name] for name in ("embedding", "hidden", "layers"))
    V = about["tokenizer"]["vocab_size"]
    last = E if about["model"]["tied"] else H
    recurrent = 2 * 4 * (H * H + H * last if layers == 2 else layers * H * H)
    inputs = 2 * 4 * sum(H * below for below in [H] * (layers - 1))
    products = recurrent + inputs + 2 * last * V
    return {
        "unit": "token of WikiText-2",
        "using": float(products),
        "training": 3.0 * (products + 2 * 4 * H * E),
        "seconds": seconds_each(command, tokens, rounds),
        "training_seconds": 1 / training_rate(model),
        "precision": about["precision"],
    }


def measure(classifier_dir: Path, lm_dir: Path, rounds: int) -> dict[str, Any]:
    return {
        "peaks": peaks(),
        "jobs": {"classify": classifier(classifier_dir, rounds), "perplexity": language_model(lm_dir, rounds)},
    }


def shares(limit: float, ours: float) -> tuple[str, str, str]:
    return f"{1e6 * limit:,.1f}", f"{1e6 * ours:,.1f}", f"{limit / ours:.2f}"


def tables(result: dict[str, Any]) -> str:
    peak = result["peaks"]
    about = [
        (name, f"{value / 1e9:,.0f}", "GB/s" if name in ("L2", "L3", "memory") else "Gop/s")
        for name, value in peak.items()
    ]
    parts = [markdown_table(("peak of one core", "", ""), about)]
    rows: list[tuple[str, ...]] = []
    for command, job in result["jobs"].items():
        for engine, speed in (("native", peak["fp32"]), ("fast", 2 * peak["fp32"])):
            limit, ours = job["using"] / speed, job["seconds"][engine]
            rows.append((f"{command}, {engine}", job["unit"], *shares(limit, ours)))
        speed = peak["bf16" if job["precision"] == "bf16" else "fp32"]
        limit, ours = job["training"] / speed, job["training_seconds"]
        name = f"training for {command}, {job['precision']}"
        rows.append((name, job["unit"], *shares(limit, ours)))
    header = ("job", "for each", "limit, us", "ours, us", "share of the limit")
    return "\n\n".join([*parts, markdown_table(header, rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", type=Path, help="a classifier; without, one is trained on AG News")
    parser.add_argument("--lm", type=Path, help="a language model of two layers; without, one is trained on WikiText-2")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train, limit = [LSTM, "train"], ["--threads", "1", "--time", "60s"]
        if args.classifier is None:
            args.classifier = folder / "classifier"
            run([*train, str(ag_news_train(folder)), "-o", str(args.classifier), *limit])
        if args.lm is None:
            args.lm = folder / "lm"
            same = ["--embedding", "200", "--hidden", "200", "--layers", "2"]
            run([*train, str(lm_file("wikitext-2/train.txt")), "-o", str(args.lm), *same, *limit])
        result = measure(args.classifier, args.lm, args.rounds)
    record("limits", result)
    print(tables(result))


if __name__ == "__main__":
    main()
