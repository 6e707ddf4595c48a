"""Results of ``inspect`` made by hand, with text that a terminal or a browser would act on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lstmcli.inspection.results import Finding, Gate, Inspection, Layer, Tie, TokenRead, Unit, Why, Word

HOSTILE = 'a <b>"&amp;</b>\x1b[31m 好看 </script>'


def tokens(text: str) -> tuple[TokenRead, ...]:
    found, end = [], 0
    for n, word in enumerate(text.split(), 1):
        start = text.index(word, end)
        end = start + len(word)
        p = n / (n + 1)
        found.append(TokenRead(word, start, end, unknown=n == 2, probabilities={"no": 1 - p, "yes": p}))
    return tuple(found)


def layer(count: int, **more: Any) -> Layer:
    ramp = tuple(t / max(1, count - 1) for t in range(count))
    signed = tuple(2 * value - 1 for value in ramp)
    gates = tuple(Gate(name, ramp, (0.125,) * count) for name in ("input", "forget"))
    norms = {"cell": tuple(12.0 * value for value in ramp), "hidden": (0.25,) * count}
    return Layer(1, 2, "forward", 96, (*gates, Gate("candidate", signed, (0.5,) * count)), norms, **more)


def classified(text: str = "It is fine", **more: Any) -> Inspection:
    own = tokens(text)
    found = Inspection(text, 3, "", "classify", "LSTM", own, (layer(len(own)),), "yes", 0.75, {"no": 0.25, "yes": 0.75})
    return replace(found, **more)


def read(text: str = "It is fine") -> Inspection:
    own = [replace(token, probabilities=None, surprisal=4.5, entropy=2.0) for token in tokens(text)]
    start = TokenRead("</s>", 0, 0)
    end = TokenRead("\n", len(text), len(text) + 1, surprisal=0.5, entropy=1.0)
    return Inspection(text, 1, "", "lm", "GRU", (start, *own, end), (layer(len(own) + 2),))


FULL = layer(
    3,
    chosen=(Unit(7, {"input": (0.1, 0.2, 0.3), "cell": (-2.0, 0.0, 2.0), "hidden": (-0.5, 0.0, 0.5)}),),
    ties=(Tie(5, "label", 1.25, (0.1, 0.2, 0.3)), Tie(6, "position", -0.75, (0.1, 0.2, 0.3))),
    findings=(Finding("forget", "saturated", (1, 4), 0.25), Finding("candidate", "dead", (), 0.95)),
)

WHY = Why(
    "yes",
    0.75,
    1.1,
    (Word("It", 0, 2, 0.76, -0.01, -0.05), Word("is", 3, 5, 0.75, 0.0, 0.0), Word("fine", 6, 10, 0.5, 0.25, 1.1)),
    0.5,
    0.0,
)
