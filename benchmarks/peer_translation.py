"""Translators beside JoeyNMT's LSTM and plain PyTorch: trained at once, for as long, one thread each, then scored.

    python benchmarks/peer_translation.py --peer PYTHON [--pairs de-en fr-en en-zh] [--minutes 30]

PYTHON is the interpreter of an environment with JoeyNMT 2.3 (``pip install joeynmt``; with PyTorch 2.7 or later remove
the line ``"verbose": False`` from its builders.py, an argument that the scheduler no longer has).  All three start
together and have the same time by the wall clock, so that each has the same share of the machine whatever else runs.

JoeyNMT's recipe is its published one for IWSLT14 German to English (configs/iwslt14_deen_bpe.yaml) with LSTMs: additive
attention with input feeding, a bridge, Adam, batches of 80 sentences, hidden dropout 0.2, the rate cut by 0.7 where the
validation loss stands still, the best checkpoint by that loss, beam 5, length penalty 1.  It is scaled to data of a
fifth of the size: 256 and 2 x 256 / 512 units instead of 620 and 2 x 500 / 1,000, 0.001 for 0.0002 (there are a fifth
as many updates an epoch), and a validation each epoch.  It reads the tokens that ``lstm train`` makes, as ids.

Result: a JSON line in runs/benchmarks/peer_translation.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common import LSTM, markdown_table, record, run
from lstmcli.translation.predict import Translator
from lstmcli.translation.sides import Sides
from translation import BEAM, FOLDERS, PLAIN, Pair, scores_of

BATCH = 80
ONE_THREAD = ("--threads", "1")
SIDES = {"ours": "`lstm`", "joey": "JoeyNMT's LSTM", "plain": "plain PyTorch"}


def recipe(pair: Pair, folder: Path, rows: int) -> dict[str, Any]:
    tenth = max(1, rows // BATCH // 10)
    side = {"level": "word", "max_length": 62, "lowercase": False}
    network = {"rnn_type": "lstm", "embeddings": {"embedding_dim": 256, "scale": False}, "dropout": 0.0}
    return {
        "name": pair.name,
        "model_dir": str(folder / "model"),
        "use_cuda": False,
        "data": {
            "dataset_type": "plain",
            "src": {"lang": "source", **side},
            "trg": {"lang": "target", **side},
            "train": str(pair.folder / f"{pair.name}.train"),
            "dev": str(pair.folder / f"{pair.name}.valid"),
        },
        "testing": {"beam_size": BEAM, "beam_alpha": 1.0, "max_output_length": 80, "batch_size": BATCH},
        "training": {
            **{"optimizer": "adam", "learning_rate": 1e-3, "learning_rate_min": 0.0001, "weight_decay": 0.0},
            **{"normalization": "tokens", "batch_size": BATCH, "scheduling": "plateau", "patience": 8},
            **{"decrease_factor": 0.7, "early_stopping_metric": "loss", "epochs": 1000, "shuffle": True},
            **{"validation_freq": 10 * tenth, "logging_freq": tenth, "keep_best_ckpts": 1},
        },
        "model": {
            "encoder": {**network, "type": "recurrent", "hidden_size": 256, "bidirectional": True, "num_layers": 1},
            "decoder": {
                **{**network, "type": "recurrent", "hidden_size": 512, "hidden_dropout": 0.2},
                **{"num_layers": 1, "input_feeding": True, "init_hidden": "bridge", "attention": "bahdanau"},
            },
        },
    }


def joey(peer: str, mode: str, config: dict[str, Any], folder: Path, *arguments: str) -> list[str]:
    path = folder / f"{mode}.yaml"  # JSON is YAML
    path.write_text(json.dumps(config), encoding="utf-8")
    return [peer, "-m", "joeynmt", mode, str(path), *arguments]


def started(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    with log.open("wb") as file:
        return subprocess.Popen(list(command), stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=environment)


def cpu_minutes(process: subprocess.Popen[bytes]) -> float:
    """Waits for its end; minutes of the processor that it had."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return (usage.ru_utime + usage.ru_stime) / 60


def train(pair: Pair, sides: Sides, peer: str, minutes: float) -> dict[str, Any]:
    """The three trained side by side; the model of each, and JoeyNMT's configuration."""
    folder = pair.folder / f"{pair.name}-joey"
    folder.mkdir(parents=True)
    source, target = pair.as_ids("train", sides)
    pair.as_ids("valid", sides)
    config = recipe(pair, folder, len(pair.texts("train").sources))
    ours, plain = pair.folder / f"{pair.name}-ours", pair.folder / f"{pair.name}.pt"
    command = [LSTM, "train", pair.file("train"), "--valid", pair.file("valid"), "-o", str(ours), "--force"]
    loop = [*PLAIN, "train", "--source", source, "--target", target, "--save", str(plain)]
    begin = time.monotonic()
    processes = {
        "joey": started(joey(peer, "train", config, folder, "--skip-test"), pair.folder / f"{pair.name}-joey.log"),
        "plain": started([*loop, "--minutes", str(minutes), *ONE_THREAD], pair.folder / f"{pair.name}-plain.log"),
        "ours": started([*command, "--time", f"{60 * minutes:g}s", *ONE_THREAD], pair.folder / f"{pair.name}-ours.log"),
    }
    time.sleep(max(0.0, 60 * minutes - (time.monotonic() - begin)))
    os.kill(processes["joey"].pid, signal.SIGINT)  # it keeps what it has
    shares = {side: cpu_minutes(process) for side, process in processes.items()}
    spent = ", ".join(f"{side} {share:.1f}" for side, share in shares.items())
    print(f"{pair.name}: trained for {time.monotonic() - begin:.0f} s; minutes of the processor: {spent}", flush=True)
    return {"ours": ours, "plain": plain, "joey": config, "folder": folder, "shares": shares}


def translate(pair: Pair, sides: Sides, peer: str, found: dict[str, Any]) -> dict[str, list[str]]:
    """The translations of the test file by each of the three, as texts."""
    source, _ = pair.as_ids("test", sides)
    config, folder = found["joey"], found["folder"]
    data = {name: value for name, value in config["data"].items() if name not in ("train", "dev")}
    test = {**config, "data": {**data, "test": str(pair.folder / f"{pair.name}.test")}}
    run(joey(peer, "test", test, folder, "-o", str(folder / "output")))
    out = run([*PLAIN, "translate", str(found["plain"]), "--source", source, "--beam", str(BEAM), *ONE_THREAD]).stdout
    ids = {"joey": (folder / "output.test").read_text(encoding="utf-8"), "plain": out}

    def text(line: str) -> str:
        return sides.target.decode([int(word) for word in line.split() if word.isdigit()])

    texts = {side: [text(line) for line in lines.splitlines()] for side, lines in ids.items()}
    return {"ours": Translator(found["ours"]).translate(pair.texts("test").sources, beam=BEAM), **texts}


def table(result: dict[str, dict[str, Any]], minutes: float) -> str:
    rows, signatures = [], dict[str, None]()
    for name, sides in result.items():
        for side, scores in sides.items():
            figures = (f"{scores[key]:.2f}" for key in ("bleu_lower", "bleu", "chrf"))
            rows.append((name, SIDES[side], f"{minutes:g}", f"{scores['cpu_minutes']:.1f}", *figures))
            signatures |= dict.fromkeys((scores["bleu_lower_signature"], scores["bleu_signature"]))
    header = ("pair", "model", "minutes", "of the processor", "BLEU, lower-cased", "BLEU", "chrF")
    return markdown_table(header, rows) + "\n\n" + "\n".join(f"`{signature}`" for signature in signatures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", required=True, metavar="PYTHON", help="that can import joeynmt")
    parser.add_argument("--pairs", nargs="+", choices=tuple(FOLDERS), default=list(FOLDERS))
    parser.add_argument("--minutes", type=float, default=30, help="of training, for each")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep models and logs there")
    args = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # not ignored, as in a job of the background
    result: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for name in args.pairs:
            pair = Pair(name, args.keep or Path(temporary))
            pair.folder.mkdir(parents=True, exist_ok=True)
            sides = pair.sides()
            found = train(pair, sides, args.peer, args.minutes)
            texts = translate(pair, sides, args.peer, found)
            references = pair.texts("test").targets
            result[name] = {
                side: {**scores_of(texts[side], references), "cpu_minutes": found["shares"][side]} for side in SIDES
            }
            print(table({name: result[name]}, args.minutes), flush=True)
    record("peer_translation", {"minutes": args.minutes, **result})
    print(json.dumps(result, indent=2))
    print(table(result, args.minutes))


if __name__ == "__main__":
    main()
