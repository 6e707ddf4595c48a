"""Errors as a server answers them: a status, and a JSON object that says what is wrong and what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lstmcli.errors import DataError, LstmError, UsageError
from lstmcli.python_names import as_arguments


@dataclass
class Refusal(Exception):
    """A request that is not answered."""

    status: int
    message: str
    hint: str = ""
    wait: bool = False
    """Whether the same request may be answered a moment later."""

    @property
    def body(self) -> bytes:
        error = {"status": self.status, "message": self.message}
        return json.dumps({"error": error | ({"hint": self.hint} if self.hint else {})}, ensure_ascii=False).encode(
            "utf-8", "backslashreplace"
        )

    @property
    def headers(self) -> dict[str, str]:
        found = {"content-type": "application/json"}
        if self.wait:
            found["retry-after"] = "1"
        if self.status == 401:
            found["www-authenticate"] = "Bearer"
        return found


def refusal(error: BaseException) -> Refusal:
    """How an error is answered.  Those of the server itself say nothing of its files."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, (UsageError, DataError)):
        return Refusal(422, as_arguments(error.message), as_arguments(error.hint or ""))
    if isinstance(error, LstmError):
        return Refusal(500, "the model cannot answer this", "the server's log says why")
    return Refusal(500, "the server failed to answer", "the server's log says why")


TOO_LARGE = "send less, or several requests"
