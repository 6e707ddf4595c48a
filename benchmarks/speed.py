"""Training and classifying rates against plain PyTorch (plain_torch.py): same architecture, data and batch size.

AG News, the two training files together; embedding 100, one bidirectional layer of 128, last states, batch 64, no
n-gram model, no hashed features, no adversarial step.  The two sides run in turn, as commands, and the medians are
compared.  Two rates each: ``loop`` is the training or classifying alone, ``command`` the documents over the whole
command's time.  The classifying loop is the time for the test file less the time for one row of it.

    python benchmarks/speed.py                 five rounds of one epoch
    python benchmarks/speed.py --device cuda   the same on a GPU
    python benchmarks/speed.py --quick         a try-out on a few rows
    python benchmarks/speed.py --bound         what the matrix products alone would allow; a minute

Result: a JSON line in runs/benchmarks/speed.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import (
    LSTM,
    PLAIN,
    Run,
    ag_news_train,
    corpus_file,
    interleave,
    markdown_table,
    median,
    read_rows,
    record,
    run,
    write_rows,
)

SAME_MODEL = ["--embedding", "100", "--hidden", "128", "--layers", "1", "--pooling", "last", "--segment", "0"]
SAME_MODEL += ["--ngrams", "0", "--hash-buckets", "0", "--adversarial", "0"]
SAME_MODEL += ["--embedding-dropout", "0", "--word-dropout", "0", "--output-dropout", "0"]


@dataclass(frozen=True)
class Setup:
    train: Path
    test: Path
    one_row: Path
    epochs: int
    batch: int
    device: str
    ours: Path
    plain: Path


def loop_rate(log: Path, batch: int) -> tuple[float, int]:
    """Training texts per second from ``log.jsonl``, validation left out, and the number of steps."""
    before: dict[str, Any] | None = None
    steps = last = 0
    seconds = 0.0
    for event in map(json.loads, log.read_text(encoding="utf-8").splitlines()):
        if event["event"] == "step":
            if before:
                steps += event["step"] - before["step"]
                seconds += event["seconds"] - before["seconds"]
            before, last = event, event["step"]
        elif event["event"] == "validated":
            before = None
    return steps * batch / seconds, last


def train_ours(s: Setup) -> dict[str, float]:
    command = [LSTM, "train", str(s.train), "-o", str(s.ours), "--force", *SAME_MODEL]
    command += ["--epochs", str(s.epochs), "--batch-size", str(s.batch), "--device", s.device]
    done = run(command)
    rate, steps = loop_rate(s.ours / "log.jsonl", s.batch)
    return {"loop": rate, "command": steps * s.batch / done.seconds, "seconds": done.seconds}


def train_plain(s: Setup) -> dict[str, float]:
    command = [*PLAIN, "train", str(s.train), "--save", str(s.plain)]
    command += ["--epochs", str(s.epochs), "--batch", str(s.batch), "--device", s.device]
    done = run(command)
    loop = report_of(done)
    return {"loop": loop["rate"], "command": loop["documents"] / done.seconds, "seconds": done.seconds}


def report_of(done: Run) -> dict[str, Any]:
    """The line of JSON that plain_torch.py ends with."""
    report: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])
    return report


def classify_ours(s: Setup, data: Path, engine: str | None = None) -> float:
    # On a GPU the model runs in PyTorch there; otherwise the default engine is exact.
    where = ["--device", s.device] if engine is None else ["--engine", engine]
    return run([LSTM, "classify", "-m", str(s.ours), *where, str(data)]).seconds


def classify_plain(s: Setup, data: Path) -> float:
    command = [*PLAIN, "predict", str(s.plain), str(data), "--batch", str(s.batch), "--device", s.device]
    return run(command).seconds


def accuracies(s: Setup) -> dict[str, float]:
    """Both models on the test file: a fast loop that learns nothing would be worth nothing."""
    found = {"plain": report_of(run([*PLAIN, "predict", str(s.plain), str(s.test), "--device", s.device]))["accuracy"]}
    for side, engine in (("ours", "native"), ("fast", "fast")):
        command = [LSTM, "classify", "--report", "--format", "json", "-m", str(s.ours), "--engine", engine, str(s.test)]
        found[side] = json.loads(run(command).stdout)["accuracy"]
    return found


def measure(s: Setup, rounds: int) -> dict[str, Any]:
    training = interleave(rounds, plain=lambda: train_plain(s), ours=lambda: train_ours(s))
    accuracy = accuracies(s)
    timed = {
        "plain": lambda data: classify_plain(s, data),
        "ours": lambda data: classify_ours(s, data),
        "fast": lambda data: classify_ours(s, data, "fast"),
    }
    if s.device != "cpu":
        del timed["fast"]
    commands = {side: lambda time=time: time(s.test) for side, time in timed.items()}
    single = {f"{side}_one": lambda time=time: time(s.one_row) for side, time in timed.items()}
    classifying = interleave(rounds, **commands, **single)
    rows = len(read_rows(s.test))
    result: dict[str, Any] = {
        "device": s.device,
        "batch": s.batch,
        "epochs": s.epochs,
        "rounds": rounds,
        "accuracy": accuracy,
        "training": training,
        "classifying": classifying,
        "rates": {},
    }
    for kind in ("loop", "command"):
        sides = {side: median(r[kind] for r in training[side]) for side in ("plain", "ours")}
        result["rates"][f"training, {kind}"] = sides
    seconds = {side: median(times) for side, times in classifying.items()}
    result["rates"]["classifying, loop"] = {
        side: (rows - 1) / (seconds[side] - seconds[f"{side}_one"]) for side in timed
    }
    result["rates"]["classifying, command"] = {side: rows / seconds[side] for side in timed}
    return result


def bound(texts: list[str], rounds: int) -> dict[str, float]:
    """Texts per second if all but the network's fp32 matrix products were free, one NumPy thread a core.

    ``all``: both products of each token in both directions, [N, E] by [E, 4H] for a whole batch at once and [N, H] by
    [H, 4H] step by step.  ``recurrent``: the second alone, as if the first were looked up in a table.
    """
    # A product is shared out among threads otherwise, which is slower at these sizes.
    os.environ.update(OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", OMP_NUM_THREADS="1")
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    from lstmcli.threads import cores
    from lstmcli.tokenization.config import TokenizerConfig
    from lstmcli.tokenization.text_encoder import TextEncoder

    tokens = statistics.mean(map(len, TextEncoder.train(texts, TokenizerConfig(hash_buckets=0)).encode(texts)))
    N, T, E, H = 64, round(tokens), 100, 128
    x_TNE, h_NH = np.ones((T * N, E), np.float32), np.ones((N, H), np.float32)
    W_EG, R_HG = np.ones((E, 4 * H), np.float32), np.ones((H, 4 * H), np.float32)

    def batches(count: int, inputs: bool) -> None:
        read_TNG, gates_NG = np.empty((T * N, 4 * H), np.float32), np.empty((N, 4 * H), np.float32)
        for _ in range(2 * count):
            if inputs:
                np.matmul(x_TNE, W_EG, out=read_TNG)
            for _ in range(T):
                np.matmul(h_NH, R_HG, out=gates_NG)

    def rate(inputs: bool, count: int = 40) -> float:
        with ThreadPoolExecutor(cores()) as threads:
            begin = time.perf_counter()
            list(threads.map(lambda _: batches(count, inputs), range(cores())))
            return cores() * count * N / (time.perf_counter() - begin)

    rate(True)
    found = interleave(rounds, all=lambda: rate(True), recurrent=lambda: rate(False))
    return {"tokens": tokens, **{which: median(rates) for which, rates in found.items()}}


def table(result: dict[str, Any]) -> str:
    rows: list[tuple[str, ...]] = []
    for what, sides in result["rates"].items():
        ours, near = (sides.get(side) for side in ("ours", "fast"))
        plain = sides["plain"]
        row = (what, f"{plain:,.0f}", f"{ours:,.0f}", f"**{ours / plain:.1f}**")
        rows.append((*row, f"{near:,.0f}", f"{near / plain:.1f}") if near else (*row, "", ""))
    plain, ours, near = (f"{result['accuracy'][side]:.3f}" for side in ("plain", "ours", "fast"))
    rows.append(("test accuracy", plain, ours, "", near, ""))
    header = ("documents per second", "plain PyTorch", "`lstm`", "times", "`--engine fast`", "times")
    return markdown_table(header, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--quick", action="store_true", help="one round on a few rows, to see that it works")
    parser.add_argument("--bound", action="store_true", help="how fast the matrix products alone are")
    args = parser.parse_args()
    if args.bound:
        found = bound([text for _, text in read_rows(corpus_file("ag_news/test.csv"))], args.rounds)
        record("speed-bound", found)
        print(json.dumps(found))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train, test = ag_news_train(folder), corpus_file("ag_news/test.csv")
        if args.quick:
            args.rounds = 1
            train = write_rows(folder / "train.csv", read_rows(train)[::20])
            test = write_rows(folder / "test.csv", read_rows(test)[:500])
        one_row = write_rows(folder / "one.csv", read_rows(test)[:1])
        setup = Setup(train, test, one_row, args.epochs, args.batch, args.device, folder / "ours", folder / "plain.pt")
        result = measure(setup, args.rounds)
    record("speed-quick" if args.quick else "speed", result)
    print(table(result))


if __name__ == "__main__":
    main()
