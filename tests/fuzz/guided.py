"""Fuzzing of the readers of text, led by what they execute: ``python -m fuzz.guided CORPUS -max_total_time=600``.

In ``tests/``; optional, for it needs the package ``atheris``, which nothing else here does.  CORPUS is a folder of
inputs to begin with, where it keeps those that reached something new.  Any end but rows or an error of ours is printed
by atheris with the input that led to it.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["lstmcli.data"]):
    from lstmcli.data import sources
    from lstmcli.data.files import Input
    from lstmcli.data.formats.open import open_input

from lstmcli.data.config import ReadConfig
from lstmcli.data.formats import config
from lstmcli.errors import LstmError

FORMATS = (None, *(name for name in config.FORMATS if name != "folder"))
ENCODINGS = (None, None, None, "utf-8", "utf-16", "gb18030", "utf-7")


def one(data: bytes) -> None:
    """Reads a file whose first bytes say how: its format, its encoding, whether labels are wanted."""
    if len(data) < 3:
        return
    read = ReadConfig(input_format=FORMATS[data[0] % len(FORMATS)], encoding=ENCODINGS[data[1] % len(ENCODINGS)])
    labelled = (None, True, False)[data[2] % 3]
    part = lambda read, labelled, prefer: open_input(Input("a", data=data[3:]), read, labelled=labelled, prefer=prefer)  # noqa: E731
    try:
        for record in sources.open_parts("a", [part], read, labelled=labelled):
            record.text.encode()  # no lone surrogates
    except LstmError:
        pass


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
