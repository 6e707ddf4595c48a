"""Test perplexity of language models trained in a given time, and the same figure recomputed.

    python benchmarks/lm_quality.py               all five
    python benchmarks/lm_quality.py ptb           one of them
    python benchmarks/lm_quality.py ptb60 --extra "--layers 3"

All with default options, but for the hours, which train a larger network.  For each: ``lstm train`` with --valid,
--test and --time, then ``lstm perplexity`` on the test file, then the same perplexity from the saved weights by the
few lines of PyTorch below, which share no code with ``lstm``.  The bounds for 15 and 30 minutes are KenLM's modified
Kneser-Ney 5-gram on the same files (lines apart, ``</s>`` counted).

Result: a JSON line in runs/benchmarks/lm_quality.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import LSTM, lm_file, markdown_table, record, run


@dataclass(frozen=True)
class Task:
    title: str
    figure: str
    """What is compared: perplexity, or nats (a character)."""
    bound: float
    files: Callable[[Path], tuple[Path, Path, Path]]
    options: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...] = (("--stream",), ("--lines",))
    """How the test file is scored."""


def penn(folder: Path) -> tuple[Path, Path, Path]:
    return tuple(lm_file(f"ptb/ptb.{part}.txt") for part in ("train", "valid", "test"))  # type: ignore[return-value]


def wikitext(folder: Path) -> tuple[Path, Path, Path]:
    return tuple(lm_file(f"wikitext-2/{part}.txt") for part in ("train", "valid", "test"))  # type: ignore[return-value]


def shakespeare(folder: Path) -> tuple[Path, Path, Path]:
    """The first nine tenths to train on, of which the last twentieth validates; the last tenth to test."""
    text = lm_file("tinyshakespeare/input.txt").read_text(encoding="utf-8")
    cut = len(text) * 9 // 10
    held = cut * 19 // 20
    parts = {"train": text[:held], "valid": text[held:cut], "test": text[cut:]}
    for name, part in parts.items():
        (folder / f"{name}.txt").write_text(part, encoding="utf-8")
    return tuple(folder / f"{name}.txt" for name in parts)  # type: ignore[return-value]


HOUR = "--time 60m --embedding 256 --hidden 512 --batch-size 32 --learning-rate 6e-3 --warmup 0.02 --alpha 2 --beta 1"
"""A network that an hour is enough for, on two cores; with its penalties on a slower machine, too."""


def hour(inner: float, output: float) -> tuple[str, ...]:
    """Options of that network with dropout before and between its layers, and after them."""
    return (*HOUR.split(), *f"--input-dropout {inner} --layer-dropout {inner} --output-dropout {output}".split())


ADAPTED = (("--stream",), ("--lines",), ("--stream", "--adapt"))
"""Ways to score: with dynamic evaluation too."""
TASKS = {
    "ptb": Task("Penn Treebank, 15 minutes", "perplexity", 141.19, penn, ("--time", "15m")),
    "wikitext2": Task("WikiText-2, 30 minutes", "perplexity", 220.14, wikitext, ("--time", "30m")),
    "ptb60": Task("Penn Treebank, 60 minutes", "perplexity", 78.0, penn, hour(0.35, 0.4), ADAPTED),
    "wikitext2-60": Task("WikiText-2, 60 minutes", "perplexity", 105.0, wikitext, hour(0.25, 0.3)),
    "shakespeare": Task(
        "tinyshakespeare by character, default epochs",
        "nats",
        1.50,
        shakespeare,
        ("--tokenizer", "char"),
        ADAPTED,
    ),
}


def recomputed(model: Path, test: Path) -> float:
    """The test file's perplexity from ``model.safetensors`` with nn.LSTM, state carried, for word models of spaces."""
    import torch
    from safetensors.torch import load_file
    from torch import nn
    from torch.nn import functional

    weights = load_file(model / "model.safetensors")
    vocabulary = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    ids = [0]
    for line in test.read_text(encoding="utf-8").splitlines():
        ids += [*(vocabulary.get(word, 1) for word in line.split()), 0]
    x, target = torch.tensor(ids[:-1]), torch.tensor(ids[1:])
    h = functional.embedding(x, weights["embedding"])[:, None]
    for layer in range(sum(name.endswith("w_ih") for name in weights)):
        w_ih, w_hh, b_ih, b_hh = (weights[f"stack.layers.{layer}.0.{k}"] for k in ("w_ih", "w_hh", "b_ih", "b_hh"))
        lstm = nn.LSTM(w_ih.shape[1], w_hh.shape[1])
        parts = {"weight_ih_l0": w_ih, "weight_hh_l0": w_hh, "bias_ih_l0": b_ih, "bias_hh_l0": b_hh}
        lstm.load_state_dict(parts)
        with torch.no_grad():
            h, _ = lstm(h)
    softmax = weights.get("decoder.weight", weights["embedding"])
    nats = math.fsum(
        float(functional.cross_entropy(part[:, 0] @ softmax.T + weights["decoder.bias"], goal, reduction="sum"))
        for part, goal in zip(h.split(512), target.split(512), strict=True)  # type: ignore[no-untyped-call]
    )
    return math.exp(nats / len(target))


def measure(name: str, extra: list[str]) -> dict[str, Any]:
    task = TASKS[name]
    print(task.title, file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        train, valid, test = task.files(Path(folder))
        model = Path(folder) / "model"
        command = [LSTM, "train", str(train), "--valid", str(valid), "--test", str(test), "-o", str(model)]
        trained = run([*command, *task.options, *extra])
        found: dict[str, Any] = {}
        for way in task.ways:
            scored = run([LSTM, "perplexity", "-m", str(model), *way, "--format", "json", str(test)])
            found[way[-1].strip("-")] = json.loads(scored.stdout) | {"seconds": scored.seconds}
        again = recomputed(model, test) if task.figure == "perplexity" else None
        return {
            "task": name,
            "options": extra,
            "seconds": trained.seconds,
            "peak_bytes": trained.peak_bytes,
            "test": found,
            "recomputed": again,
            "log": trained.stderr.splitlines()[-12:],
        }


def table(results: list[dict[str, Any]]) -> str:
    rows = []
    for result in results:
        task, ways = TASKS[result["task"]], result["test"]
        values = {way: shown["nats"] / shown["chars"] if task.figure == "nats" else shown["perplexity"]
                  for way, shown in ways.items()}  # fmt: skip
        verdict = "yes" if values["stream"] < task.bound else "no"
        rows.append(
            (
                task.title,
                f"**{values['stream']:.2f}**",
                f"{values['lines']:.2f}",
                f"{values['adapt']:.2f}" if "adapt" in values else "",
                f"{task.bound:g}: {verdict}",
                f"{ways['stream']['tokens']:,}",
                f"{result['recomputed']:.4f}" if result["recomputed"] else "",
                f"{ways['stream']['perplexity']:.4f}",
                f"{result['seconds']:.0f} s",
            )
        )
    header = "text, time|test|lines apart|`--adapt`|below|tokens|recomputed|`lstm perplexity`|whole command"
    return markdown_table(header.split("|"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=f"of: {', '.join(TASKS)} (all)")
    parser.add_argument("--extra", default="", help="options for lstm train, to try this script out: '--time 1m'")
    args = parser.parse_args()
    names = args.tasks or list(TASKS)
    if unknown := set(names) - set(TASKS):
        parser.error(f"no such task: {', '.join(sorted(unknown))}")
    results = []
    for name in names:
        results.append(measure(name, args.extra.split()))
        record("lm_quality", results[-1])
    print(table(results))


if __name__ == "__main__":
    main()
