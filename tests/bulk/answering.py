"""What the workers of these tests do: answers that are easy to know, and deaths on request."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from lstmcli.bulk.answers import Answer, Answered, Asked
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

        def answer(asked: Asked) -> Answered:
            records = asked.records
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
                if record.text == "miss":
                    import no_such_package  # type: ignore[import-not-found]  # noqa: F401
                if record.text == "stumble":
                    raise ZeroDivisionError("oh")
            told = asked.state.decode() if asked.chained else ""
            head = "header\n" if asked.first else f"after {told}\n" if told else ""
            text = head + "".join(record.text.upper() + "\n" for record in records)
            return Answered(text.encode(), {"rows": len(records)}, records[-1].text.encode())

        return answer
