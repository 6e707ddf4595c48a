"""Start-up: ``lstm --help`` against ``python -c "import typer"``, and one text classified from a cold start.

The commands run in turn, each as a new process, after one round that warms the disk cache; medians are compared.
The model is one that ``lstm train`` made with default options (n-gram model included), cut short by ``--time``; the
peer is plain_torch.py with a state it saved itself.

    python benchmarks/startup.py
    python benchmarks/startup.py --model DIR      with a model that is there already

Result: a JSON line in runs/benchmarks/startup.jsonl; the table for RESULTS.md goes to stdout.
"""

from __future__ import annotations

import argparse
import compileall
import sys
import tempfile
from pathlib import Path
from typing import Any

import lstmcli
from common import LSTM, PLAIN, ag_news_train, interleave, markdown_table, median, record, run, short_model

TEXT = "Oil prices fall as traders weigh new supply from Iraq"


def measure(model: str, plain: Path, rounds: int) -> dict[str, Any]:
    commands = {
        "import typer": [sys.executable, "-c", "import typer"],
        "lstm --help": [LSTM, "--help"],
        "plain PyTorch": [*PLAIN, "coldstart", str(plain), "--text", TEXT],
        "lstm classify": [LSTM, "classify", "-m", model, "--text", TEXT],
    }
    sides = {name: lambda command=command: run(command).seconds for name, command in commands.items()}
    interleave(1, **sides)
    seconds = interleave(rounds, **sides)
    return {"rounds": rounds, "seconds": seconds, "median": {name: median(times) for name, times in seconds.items()}}


def table(result: dict[str, Any]) -> str:
    times = result["median"]
    rows = [
        (f"`{ours}` / {peer}", f"{times[ours]:.3f} s", f"{times[peer]:.3f} s", f"**{times[ours] / times[peer]:.2f}**")
        for ours, peer in (("lstm --help", "import typer"), ("lstm classify", "plain PyTorch"))
    ]
    return markdown_table(("cold start", "`lstm`", "peer", "share"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--model", help="a model directory; else one is trained on AG News for --time")
    parser.add_argument("--time", default="20s", help="time for that training (20s)")
    args = parser.parse_args()
    compileall.compile_dir(Path(lstmcli.__file__).parent, quiet=1)  # as an installation leaves the modules
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = args.model or short_model(folder, args.time)
        run([*PLAIN, "train", str(ag_news_train(folder)), "--save", str(folder / "plain.pt"), "--steps", "20"])
        result = measure(model, folder / "plain.pt", args.rounds)
    record("startup", result)
    print(table(result))


if __name__ == "__main__":
    main()
