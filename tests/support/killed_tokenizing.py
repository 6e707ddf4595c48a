"""``lstm`` with small shards, which kills itself after so many: ``killed_tokenizing.py SHARDS LOG ARGUMENTS...``.

``LOG`` gets a line for every shard that is made; 0 SHARDS kill nobody.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from lstmcli.__main__ import main
from lstmcli.data import stored
from lstmcli.tokenization import shards

if __name__ == "__main__":
    last, log, *arguments = sys.argv[1:]
    write, made = shards._write, 0

    def counted(*how: Any) -> None:
        global made
        write(*how)
        made += 1
        with Path(log).open("a") as file:
            file.write(f"{how[0]}\n")
        if made == int(last):
            os.kill(os.getpid(), signal.SIGKILL)

    stored.IN_MEMORY, shards.SHARD, shards._write = 1_000, 2_000, counted
    sys.argv[1:] = arguments
    sys.exit(main())
