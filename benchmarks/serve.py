"""A load test of ``lstm serve``, beside fastText's model behind the same framework.

    python benchmarks/serve.py [train.csv] [--clients 64] [--minutes 10] [--texts 1]

Both answer ``POST /classify`` with one process each and are asked one after the other, by clients in another process
that keep their connections open and send the next request when the last is answered.  Told are requests a second, the
median and the 99th percentile of their times, everything that was not answered with 200 and the right number of
predictions, and the memory of the server in each tenth of the test, from which it can be seen whether it grows.
Without a file the sample of topics is used.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from common import Row, read_rows

PEER, OURS = 8971, 8972
TENTHS = 10


def resident(pid: int) -> int:
    """Bytes of memory of a process."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("VmRSS:"))


async def client(port: int, bodies: Sequence[bytes], first: int, texts: int, end: float) -> tuple[list[float], int]:
    """The times of its requests, and the number of wrong answers."""
    times, wrong, number = [], 0, first
    reader = writer = None
    while time.perf_counter() < end:
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert reader is not None
            body = bodies[number % len(bodies)]
            number += 1
            start = time.perf_counter()
            head = (
                "POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            status = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
            lengths = [line for line in status.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            data = await asyncio.wait_for(reader.readexactly(int(lengths[0].split(b":")[1])), 60)
            times.append(time.perf_counter() - start)
            wrong += b" 200 " not in status[:16] or len(json.loads(data)) != texts
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, IndexError, ValueError):
            wrong += 1
            writer = None
    if writer is not None:
        writer.close()
    return times, wrong


async def load(
    port: int, bodies: Sequence[bytes], clients: int, texts: int, seconds: float, pid: int
) -> dict[str, Any]:
    """Ask for a while; the memory is looked at ten times."""
    end = time.perf_counter() + seconds
    asking = [asyncio.create_task(client(port, bodies, n * 131, texts, end)) for n in range(clients)]
    memory = []
    for _ in range(TENTHS):
        await asyncio.sleep(seconds / TENTHS)
        memory.append(resident(pid))
    found = await asyncio.gather(*asking)
    times = sorted(t for own, _ in found for t in own)
    return {
        "requests": len(times),
        "a second": round(len(times) / seconds),
        "p50 ms": round(1000 * times[len(times) // 2], 2),
        "p99 ms": round(1000 * times[len(times) * 99 // 100], 2),
        "max ms": round(1000 * times[-1], 1),
        "errors": sum(wrong for _, wrong in found),
        "memory MB": [round(m / 1e6, 1) for m in memory],
    }


def wait(port: int, process: subprocess.Popen[bytes]) -> None:
    import socket

    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("a server has ended")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("a server does not start")


def measure(command: Sequence[str], port: int, bodies: Sequence[bytes], args: argparse.Namespace) -> dict[str, Any]:
    process = subprocess.Popen(command)
    try:
        wait(port, process)
        asyncio.run(load(port, bodies, args.clients, args.texts, 2.0, process.pid))  # warm
        found = asyncio.run(load(port, bodies, args.clients, args.texts, 60 * args.minutes, process.pid))
    finally:
        process.terminate()
        code = process.wait(60)
    return {**found, "exit code": code}


def serve_peer(path: Path, labels: Sequence[str]) -> None:
    """fastText's model behind FastAPI, as its documentation would have it."""
    import fasttext
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel

    from fasttext_peer import prepare

    class Asked(BaseModel):
        texts: list[str]

    model, app = fasttext.load_model(str(path)), FastAPI()

    def classify(body: Any) -> list[dict[str, Any]]:
        found = []
        for text in body.texts:
            ((p, name),) = model.f.predict(prepare(text) + "\n", 1, 0.0, "strict")
            found.append({"text": text, "label": labels[int(name.removeprefix("__label__"))], "probability": p})
        return found

    classify.__annotations__["body"] = Asked
    app.add_api_route("/classify", classify, methods=["POST"])
    uvicorn.run(app, port=PEER, log_level="error", access_log=False)


def rows_of(source: str) -> list[Row]:
    if source:
        return read_rows(Path(source))
    from lstmcli.data.samples import open_sample

    table = open_sample("topics")
    return [(str(row.cells["label"]), str(row.cells["text"])) for row in table.rows()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", nargs="?", default="")
    parser.add_argument("--model", help="a trained classifier; None: one is trained")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--texts", type=int, default=1)
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        serve_peer(Path(args.peer[0]), json.loads(args.peer[1]))
        return
    os.environ.setdefault("LSTM_CACHE", tempfile.gettempdir() + "/lstm-serve-cache")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = rows_of(args.train)
        labels = sorted({label for label, _ in rows})
        model = args.model or str(folder / "model")
        lstm = [sys.executable, "-m", "lstmcli"]
        if not args.model:
            table = folder / "rows.jsonl"
            table.write_text("".join(json.dumps({"text": t, "label": y}) + "\n" for y, t in rows), encoding="utf-8")
            subprocess.run([*lstm, "train", str(table), "-o", model, "--time", "2m", "-q"], check=True)
        from fasttext_peer import fit

        peer = folder / "peer.bin"
        fit(rows, labels, {"wordNgrams": 2, "lr": 0.5, "epoch": 5}, 2, folder).save_model(str(peer))
        texts = [text for _, text in rows]
        groups = [[texts[(i + k) % len(texts)] for k in range(args.texts)] for i in range(0, len(texts), args.texts)]
        bodies = [json.dumps({"texts": group}).encode() for group in groups]
        ours = [*lstm, "serve", model, "--port", str(OURS), "-q"]
        theirs = [sys.executable, __file__, "--peer", str(peer), json.dumps(labels)]
        for title, command, port in (("lstm serve", ours, OURS), ("fastText in FastAPI", theirs, PEER)):
            print(title, json.dumps(measure(command, port, bodies, args)), flush=True)


if __name__ == "__main__":
    main()
