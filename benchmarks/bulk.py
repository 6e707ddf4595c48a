"""What ``-o DIR`` costs beside the network, by the processor's clock: ``python benchmarks/bulk.py [--rows N]``.

One process reads a CSV file of made-up texts, cuts it into pieces, packs them for workers, keeps and joins answers, as
the parent of workers does.  It tells how many workers one parent can feed.
"""

from __future__ import annotations

import argparse
import pickle
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lstmcli.bulk.answers import Answered, Asked
from lstmcli.bulk.folder import AnswerFolder, measured
from lstmcli.bulk.pieces import Piece, pieces
from lstmcli.data.config import ReadConfig
from lstmcli.data.sources import open_source

CHARACTERS = 240
"""Of a text, about as many as AG News has."""


def write_csv(path: Path, rows: int) -> None:
    rng = random.Random(0)
    words = ["".join(rng.choices("etaoinshrdlu", k=rng.randint(2, 9))) for _ in range(20_000)]
    with path.open("w", encoding="utf-8") as file:
        file.write("id,text\n")
        for n in range(rows):
            text = " ".join(rng.choices(words, k=CHARACTERS // 6))
            file.write(f'{n},"{text[:CHARACTERS]}"\n')


@contextmanager
def clock(what: str, size: int, rows: int) -> Iterator[None]:
    begin = time.process_time()
    yield
    seconds = time.process_time() - begin
    print(f"| {what} | {size / seconds / 1e6:,.0f} | {rows / seconds:,.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.csv"
        write_csv(path, rows)
        size = path.stat().st_size
        print("| one process | MB a processor second | texts a processor second |\n| --- | ---: | ---: |")
        with clock("checksum of the input", size, rows):
            checksum, _ = measured(path)
        source = open_source(str(path), ReadConfig(), labelled=False)
        with clock("reading CSV", size, rows):
            for _ in source:
                pass
        with clock("reading and cutting into pieces", size, rows):
            found: list[Piece] = list(pieces(source, "key"))
        with clock("packing for a worker", size, rows):
            for piece in found:
                pickle.dumps(Asked(piece.records, False))
        folder = AnswerFolder(Path(name) / "out", {"model": "none"})
        with clock("keeping and joining answers of 20 bytes", size, rows):
            for piece in found:
                folder.keep("a", piece.head, Answered(b"label\t0.9999        \n" * piece.head.rows, {"rows": 1}))
            folder.finish("a", "a.csv", checksum, [(piece.head.number, piece.head.digest) for piece in found])


if __name__ == "__main__":
    main()
