"""Training on two machines, tried on one: network namespaces joined by a cable (a veth pair), which is then cut.

It trains the same language model in one process; in two, one torchrun in each namespace, and compares losses and
weights; and once more, taking the cable away in the middle: both sides must end with a sentence in time, and
``--resume`` must bring the run to the same weights.  Needs root and iproute2.

    python benchmarks/namespaces.py

Result: a JSON line in runs/benchmarks/namespaces.jsonl and a table for RESULTS.md on stdout; exit code 1 if it fails,
77 if namespaces are not allowed here.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from common import LSTM, markdown_table, record

HOSTS = {"lstm-one": "10.77.31.1", "lstm-two": "10.77.31.2"}
PORT, TIMEOUT, LIMIT = 29477, 5, 300
SMALL = ["--task", "lm", "--hidden", "16", "--embedding", "16", "--layers", "1", "--epochs", "6", "--batch-size", "6"]
STILL = ["--embedding-dropout", "0", "--input-dropout", "0", "--layer-dropout", "0", "--output-dropout", "0"]
HOW = ["--threads", "1", "--precision", "fp32", "--weight-drop", "0", "--bptt", "20", "--checkpoint-every", "0.2s"]


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=30)


def remove_namespaces() -> None:
    for name in HOSTS:
        subprocess.run(["ip", "netns", "del", name], capture_output=True, timeout=30)


@contextmanager
def namespaces() -> Iterator[None]:
    remove_namespaces()  # those of a run that was killed
    try:
        for name in HOSTS:
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        one, two = HOSTS
        ip("link", "add", "cable", "netns", one, "type", "veth", "peer", "name", "cable", "netns", two)
        for name, address in HOSTS.items():
            ip("-n", name, "addr", "add", f"{address}/24", "dev", "cable")
            ip("-n", name, "link", "set", "cable", "up")
        yield
    finally:
        remove_namespaces()


def start(name: str, number: int, arguments: list[str]) -> subprocess.Popen[str]:
    """One of two machines."""
    one = next(iter(HOSTS.values()))
    there = ["--nnodes", "2", "--node-rank", str(number), "--nproc-per-node", "1"]
    meet = ["--master-addr", one, "--master-port", str(PORT)]
    torchrun = [sys.executable, "-m", "torch.distributed.run", *there, *meet, "-m", "lstmcli"]
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": "cable", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        ["ip", "netns", "exec", name, *torchrun, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip


def ended(machines: list[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    try:
        return [(each.wait(LIMIT), each.communicate()[1]) for each in machines]
    finally:
        for each in machines:
            each.kill()


def difference(one: Path, other: Path) -> tuple[float, float]:
    """The largest difference of the validation losses, and of the weights."""
    losses = []
    for model in (one, other):
        events = map(json.loads, (model / "log.jsonl").read_text("utf-8").splitlines())
        losses.append([event["loss"] for event in events if event["event"] == "validated"])
    own, others = (load_file(model / "model.safetensors") for model in (one, other))
    apart = max(float(np.abs(own[name] - others[name]).max()) for name in own)
    return float(np.abs(np.array(losses[0]) - losses[1]).max()), apart


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, draw = Path(name), random.Random(1)
        words = ["the", "a", "cat", "dog", "bird", "saw", "heard", "liked", "small", "big", "and", "then"]
        lines = [" ".join(draw.choice(words) for _ in range(draw.randint(3, 12))) for _ in range(1200)]
        (folder / "text.txt").write_text("\n".join(lines), "utf-8")

        def command(model: str, *more: str) -> list[str]:
            return ["train", str(folder / "text.txt"), "-o", str(folder / model), *SMALL, *STILL, *HOW, *more]

        subprocess.run([LSTM, *command("one")], check=True, capture_output=True, timeout=LIMIT)
        with namespaces():
            found = ended([start(host, n, command("two")) for n, host in enumerate(HOSTS)])
            assert [code for code, _ in found] == [0, 0], found
            loss, weights = difference(folder / "one", folder / "two")
            more = ["--process-timeout", f"{TIMEOUT}s"]
            machines = [start(host, n, command("cut", *more)) for n, host in enumerate(HOSTS)]
            end = time.monotonic() + LIMIT
            while not any(int(path.stem) > 3 for path in (folder / "cut.unfinished").glob("*.checkpoint")):
                assert time.monotonic() < end and all(each.poll() is None for each in machines)
                time.sleep(0.05)
            ip("-n", next(iter(HOSTS)), "link", "set", "cable", "down")
            cut = time.monotonic()
            said = ended(machines)
            seconds = time.monotonic() - cut
        assert all(code != 0 for code, _ in said), said
        lines = [line for _, text in said for line in text.splitlines() if "error: " in line]
        subprocess.run([LSTM, *command("cut", "--resume")], check=True, capture_output=True, timeout=LIMIT)
        resumed = difference(folder / "one", folder / "cut")
    table = [
        ("two namespaces, against one process", f"{loss:.1e}", f"{weights:.1e}", ""),
        ("cable cut, then --resume in one process", f"{resumed[0]:.1e}", f"{resumed[1]:.1e}", f"{seconds:.0f} s"),
    ]
    record("namespaces", {"loss": loss, "weights": weights, "resumed": resumed, "seconds": seconds, "said": lines})
    print(markdown_table(("run", "validation losses apart", "weights apart", "ended after the cut"), table))
    print(*lines, sep="\n")
    if not any("process" in line for line in lines) or max(loss, weights, *resumed) > 1e-3:
        sys.exit(1)


if __name__ == "__main__":
    if os.geteuid() != 0 or subprocess.run(["ip", "netns", "add", "lstm-try"], capture_output=True).returncode:
        print("network namespaces are not allowed here")
        sys.exit(77)
    ip("netns", "del", "lstm-try")
    main()
