"""Training events of a language model that goes on from another."""

from __future__ import annotations

from dataclasses import dataclass

from lstmcli.plural import count
from lstmcli.training.events import Event


@dataclass(frozen=True, slots=True)
class Rehearsed(Event):
    """The old model wrote a text, which is learnt beside the new one so that it is not forgotten."""

    tokens: int

    def line(self) -> str:
        return (
            f"no old text: {count(self.tokens, 'token')} that the old model made up are learnt beside the new ones; "
            "the text that it was trained on would help more: --replay FILE"
        )
