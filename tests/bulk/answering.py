"""What the workers of these tests do: answers that are easy to know, and deaths on request."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lstmcli.bulk.workers import Answer, Answered
from lstmcli.data.records import Record
from lstmcli.errors import DataError, ModelError


@dataclass(frozen=True)
class Shouting:
    """Upper case; some texts are orders."""

    log: str = ""
    """A file that gets a line for each piece."""
    opens: bool = True

    def open(self) -> Answer:
        if not self.opens:
            raise ModelError("no model here", path="/nowhere", hint="train one")

        def answer(records: Sequence[Record], first: bool) -> Answered:
            if self.log:
                with Path(self.log).open("a") as file:
                    file.write(f"{len(records)}\n")
            for record in records:
                if record.text == "die":
                    os.kill(os.getpid(), signal.SIGKILL)
                if record.text.startswith("die once "):
                    mark = Path(record.text.removeprefix("die once "))
                    if not mark.exists():
                        mark.touch()
                        os.kill(os.getpid(), signal.SIGKILL)
                if record.text == "refuse":
                    raise DataError("this text is refused", path=record.path, line=record.line)
                if record.text == "stumble":
                    raise ZeroDivisionError("oh")
            head = "header\n" if first else ""
            return Answered(head + "".join(record.text.upper() + "\n" for record in records), {"rows": len(records)})

        return answer
