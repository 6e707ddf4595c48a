"""Rates of language models against plain PyTorch (plain_lm.py): training, generating, scoring, starting.

    python benchmarks/lm_speed.py                   everything
    python benchmarks/lm_speed.py train-ptb ...     some of: train-ptb train-wikitext2 generate score

Training: 2 x 200, 20 streams, windows of 35, on both sides; ours for a given time, then the peer for as many tokens,
in turn, and the validation perplexity that each has reached by then; medians of the rounds.  Generating: 2 x 650 with
a vocabulary of 10,000, random weights, one text at a time and 64 at once.  Scoring: the test file of WikiText-2 by the
models just trained, whole commands with each engine; --model and --plain name models of 2 x 200 that are there already.

Result: a JSON line in runs/benchmarks/lm_speed.jsonl; the tables for RESULTS.md go to stdout.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from common import LSTM, ROOT, interleave, lm_file, markdown_table, median, record, run
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.language_modeling.scoring.score import Stream

PLAIN = [sys.executable, str(ROOT / "benchmarks" / "plain_lm.py")]
SAME_MODEL = ["--embedding", "200", "--hidden", "200", "--layers", "2", "--batch-size", "20", "--bptt", "35"]
SAME_MODEL += [
    "--input-dropout",
    "0.2",
    "--layer-dropout",
    "0.2",
    "--output-dropout",
    "0.2",
    "--embedding-dropout",
    "0",
]
BOUNDS = {"train-ptb": 2, "train-wikitext2": 3, "generate": 10, "generate 64": 20, "native": 3.5, "fast": 5.5}
SCORING = ("native", "fast", "onnx")
"""Engines; the others are compared with the last."""
FILES = {"train-ptb": "ptb/ptb.{}.txt", "train-wikitext2": "wikitext-2/{}.txt"}


def last_json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text.splitlines()[-1])
    return found


def events(model: Path, kind: str) -> list[dict[str, Any]]:
    lines = (model / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [event for event in map(json.loads, lines) if event["event"] == kind]


def training(name: str, folder: Path, seconds: int, rounds: int) -> dict[str, Any]:
    """Ours for a time, then the peer for as many tokens, again and again; medians, and the perplexities reached."""
    train, valid = (str(lm_file(FILES[name].format(part))) for part in ("train", "valid"))
    ours, plain = folder / f"{name}-ours", folder / f"{name}.pt"
    command = [LSTM, "train", train, "--valid", valid, "-o", str(ours), "--time", f"{seconds}s", "--force", *SAME_MODEL]
    tokens = 0

    def our_side() -> tuple[float, float]:
        nonlocal tokens
        run(command)
        step, checked = events(ours, "step")[-1], events(ours, "validated")[-1]
        tokens = round(step["rate"] * step["seconds"])
        return step["rate"], checked["value"]

    def peer() -> tuple[float, float]:
        few = ["--tokens", str(tokens), "--epochs", "99", "--save", str(plain)]
        done = last_json(run([*PLAIN, "train", train, valid, *few]).stderr)
        return done["rate"], done["perplexity"]

    found = interleave(rounds, ours=our_side, plain=peer)
    rates, perplexities = ({side: median(t[i] for t in found[side]) for side in found} for i in (0, 1))
    return {**rates, "tokens": tokens, "perplexity": perplexities, "rounds": found}


def random_model(folder: Path) -> Path:
    """2 x 650 over 10,000 words, never trained: a step takes as long as a trained one's."""
    words = folder / "words.txt"
    words.write_text("\n".join(f"word{i} <unk>" for i in range(9_998)), encoding="utf-8")
    model = folder / "random"
    command = [LSTM, "train", str(words), "--valid", str(words), "-o", str(model), "--preset", "medium"]
    # In one document its end is seen once, so that hardly a text ends before it is as long as was asked for.
    run([*command, "--words", "spaces", "--mode", "document", "--time", "1s"])
    return model


def generating(folder: Path, rounds: int) -> dict[str, Any]:
    model, plain = random_model(folder), folder / "random.pt"
    run([*PLAIN, "random", "--hidden", "650", "--vocabulary", "10000", "--save", str(plain)])

    def ours(count: int, tokens: int, *more: str) -> tuple[int, float]:
        """Tokens that were made, and seconds."""
        command = [LSTM, "generate", "-m", str(model), "-n", str(count), "--max-tokens", str(tokens)]
        done = run([*command, "--format", "jsonl", "--temperature", "1", *more])
        return sum(json.loads(line)["tokens"] for line in done.stdout.splitlines()), done.seconds

    def rate(count: int, *more: str) -> float:
        """Tokens per second of the loop: many tokens less few, over the difference of the times."""
        many, few = (ours(count, tokens, *more) for tokens in (420 if count > 1 else 2020, 20))
        return (many[0] - few[0]) / (many[1] - few[1])

    found = interleave(
        rounds,
        plain=lambda: last_json(run([*PLAIN, "generate", str(plain), "--tokens", "300"]).stderr)["rate"],
        ours=lambda: rate(1),
        exact=lambda: rate(1, "--engine", "onnx"),
        many=lambda: rate(64),
    )
    return {side: median(rates) for side, rates in found.items()}


def scoring(model: Path, plain: Path, rounds: int, threads: int | None) -> dict[str, Any]:
    """Whole commands, by the clock and by the time of the processor, and what each engine adds to a token's nats."""
    test, one = str(lm_file("wikitext-2/test.txt")), "the cat sat on the mat"
    if threads:
        os.environ["OMP_NUM_THREADS"] = str(threads)
    limit = ["--threads", str(threads)] if threads else []

    def ours(engine: str, *source: str) -> Any:
        command = [LSTM, "perplexity", "-m", str(model), "--stream", "--format", "json", "--engine", engine]
        return run([*command, *limit, *source])

    sides = {engine: lambda engine=engine: ours(engine, test) for engine in SCORING}
    found = interleave(rounds, plain=lambda: run([*PLAIN, "score", str(plain), test]), **sides)
    tokens = json.loads(found["native"][0].stdout)["tokens"]
    cold = interleave(
        3 * rounds,
        plain=lambda: run([*PLAIN, "coldstart", str(plain), "--text", one]).seconds,
        ours=lambda: ours("native", "--text", one).seconds,
    )
    return {
        "rates": {side: tokens / median(each.seconds for each in runs) for side, runs in found.items()},
        "cpu": {side: 1e6 * median(each.cpu_seconds for each in runs) / tokens for side, runs in found.items()},
        "perplexity": {engine: json.loads(found[engine][0].stdout)["perplexity"] for engine in SCORING},
        "differences": differences(model, Path(test)),
        "cold": {side: median(times) for side, times in cold.items()},
    }


def differences(model: Path, test: Path, lines: int = 400) -> dict[str, tuple[float, float]]:
    """The largest and the mean difference to ONNX Runtime in the nats of a token, of the first lines."""
    nats = {}
    for engine in SCORING:
        loaded = LanguageModel(model, engine=engine)
        with test.open(encoding="utf-8") as file:
            ids = loaded.encoder.encode([line.rstrip("\n") for line in islice(file, lines)])
        nats[engine] = np.concatenate([scores.nats for scores in Stream(loaded.together).score(ids)])
    apart = {engine: np.abs(nats[engine] - nats[SCORING[-1]]) for engine in SCORING}
    return {engine: (float(each.max()), float(each.mean())) for engine, each in apart.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--seconds", type=int, default=30, help="of our training, each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="of every command that scores")
    parser.add_argument("--model", type=Path, help="our model for scoring")
    parser.add_argument("--plain", type=Path, help="and that of plain_lm.py")
    args = parser.parse_args()
    parts = args.parts or ["train-ptb", "train-wikitext2", "generate", "score"]
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in parts:
            if part in FILES:
                result[part] = training(part, folder, args.seconds, args.rounds)
            elif part == "generate":
                result[part] = generating(folder, args.rounds)
            else:
                model, plain = folder / "train-wikitext2-ours", folder / "train-wikitext2.pt"
                if args.model and args.plain:
                    model, plain = args.model, args.plain
                elif not model.exists():
                    training("train-wikitext2", folder, 10, 1)
                result[part] = scoring(model, plain, args.rounds, args.threads)
    record("lm_speed", result)
    print(json.dumps(result, indent=2))
    print(table(result))


def table(result: dict[str, Any]) -> str:
    rows: list[tuple[str, ...]] = []

    def row(what: str, plain: float, ours: float, bound: float) -> None:
        verdict = "yes" if ours / plain >= bound else "no"
        rows.append((what, f"{plain:,.0f}", f"{ours:,.0f}", f"**{ours / plain:.1f}**", f"{bound:g}: {verdict}"))

    for name in FILES:
        if name in result:
            row(f"training, {name.removeprefix('train-')}", result[name]["plain"], result[name]["ours"], BOUNDS[name])
    if "generate" in result:
        found = result["generate"]
        row("generating, one text (int8)", found["plain"], found["ours"], BOUNDS["generate"])
        row("generating, one text (fp32)", found["plain"], found["exact"], BOUNDS["generate"])
        row("generating 64 texts, against the plain loop's one", found["plain"], found["many"], BOUNDS["generate 64"])
        row("generating 64 texts, against our one", found["ours"], found["many"], BOUNDS["generate 64"])
    if "score" in result:
        found, cold = result["score"], result["score"]["cold"]
        for engine in ("native", "fast"):
            row(f"scoring WikiText-2's test file, {engine}", found["rates"]["plain"], found["rates"][engine],
                BOUNDS[engine])  # fmt: skip
        row("the same, native against onnx", found["rates"]["onnx"], found["rates"]["native"], 1)
        share = cold["ours"] / cold["plain"]
        rows.append(("one line from cold, seconds", f"{cold['plain']:.2f}", f"{cold['ours']:.2f}", f"**{share:.2f}**",
                     f"0.2: {'yes' if share <= 0.2 else 'no'}"))  # fmt: skip
    shown = markdown_table(("tokens per second", "plain PyTorch", "`lstm`", "times", "asked"), rows)
    return f"{shown}\n\n{scoring_table(result['score'])}" if "score" in result else shown


def scoring_table(found: dict[str, Any]) -> str:
    """The whole command by the time of the processor, and how far the engines are apart."""
    cpu, apart = found["cpu"], found["differences"]
    rows = [("plain PyTorch", f"{cpu['plain']:.0f}", "1.0", "", "")]
    for engine in SCORING:
        most, mean = apart[engine]
        rows.append((engine, f"{cpu[engine]:.0f}", f"{cpu['plain'] / cpu[engine]:.1f}",
                     f"{found['perplexity'][engine]:.4f}", f"{most:.1e}, {mean:.1e}"))  # fmt: skip
    header = ("scoring", "processor, us a token", "times plain", "perplexity", "largest and mean difference, nats")
    return markdown_table(header, rows)


if __name__ == "__main__":
    main()
