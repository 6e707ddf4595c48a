"""Inspections as named rows of numbers, for the terminal and the HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lstmcli.cli.language import of_composed, of_display
from lstmcli.cli.output.console import percent, safe
from lstmcli.inspection.results import DEAD, ENCODER, SATURATED, Finding, Inspection, Layer, TokenRead
from lstmcli.plural import count

SHORTENED = frozenset(("input", "forget", "candidate", "output", "reset", "update", "cell", "hidden"))
"""Names that are cut to three letters in a narrow window."""
OURS = SHORTENED | {"bits"}
"""Names of rows that are not labels or units."""
_NAMED_UNITS = 10
TELLING = 8
"""Units that are shown at first."""


@dataclass(frozen=True)
class Row:
    """A number per token."""

    name: str
    values: Sequence[float | None]
    signed: bool = False
    """Whether 0 is the middle of the scale, not its start."""
    most: float = 1.0
    """The absolute value with the full colour."""
    spread: Sequence[float] = ()

    def share(self, t: int) -> float:
        """The position of the value on the scale, from 0 or -1 to 1."""
        value = self.values[t]
        return 0.0 if value is None or not self.most else max(-1.0, min(1.0, value / self.most))


def label_of(row: Row) -> str:
    """The name of a row, in the language of the locale unless it is a label or a unit."""
    return of_display(row.name) if row.name in OURS else row.name


def answers(found: Inspection) -> Row:
    """The running probability of a classifier, or the surprisal of a language model."""
    if found.label is None:
        bits = [token.surprisal for token in found.tokens]
        return Row("bits", bits, most=_most(bits))
    label = found.label
    return Row(label, [None if p is None else p[label] for p in (token.probabilities for token in found.tokens)])


def parts(found: Inspection, layer: Layer) -> Iterator[tuple[str, list[Row]]]:
    """All rows of a layer, with headings: the means or the chosen units, then the top units."""
    answer = [] if found.part == ENCODER else [answers(found)]
    own = list(units(layer)) or [telling(found, layer) if layer.trails else ("", means(layer))]
    for n, (heading, rows) in enumerate(own):
        yield heading, answer * (n == 0) + rows
    yield from ties(layer, found.label)


def telling(found: Inspection, layer: Layer) -> tuple[str, list[Row]]:
    """Heading and rows of the most telling units, each with the token at which it changes most."""
    shown = layer.trails[:TELLING]
    rows = [Row(f"{trail.unit} {name(found.tokens[trail.at])}", trail.hidden, True) for trail in shown]
    return of_display("the most telling units, each with the token at which it changes most; hidden state"), rows


def means(layer: Layer) -> list[Row]:
    """Mean and standard deviation of the gates over all units; the norms of cell and hidden state."""
    gates = [Row(gate.name, gate.mean, gate.name == "candidate", spread=gate.spread) for gate in layer.gates]
    return gates + [Row(name, values, most=_most(values)) for name, values in layer.norms.items()]


def units(layer: Layer) -> Iterator[tuple[str, list[Row]]]:
    """Heading and rows of each chosen unit."""
    for unit in layer.chosen:
        rows = []
        for name, values in unit.values.items():
            most = _most(values) if name == "cell" else 1.0
            rows.append(Row(name, values, name in ("candidate", "cell", "hidden"), most))
        yield of_display(f"unit {unit.unit}"), rows


def ties(layer: Layer, label: str | None) -> Iterator[tuple[str, list[Row]]]:
    """Heading and rows of the units that contribute most to the label, and correlate most with position."""
    headings = {
        "label": f"units that contribute most to the score of {label}, with their contribution; hidden state",
        "position": "units that correlate most with position, with their correlation; hidden state",
    }
    for to, heading in headings.items():
        rows = [Row(f"{tie.unit} {short(tie.strength, '+')}", tie.hidden, True) for tie in layer.ties if tie.to == to]
        if rows:
            yield of_display(heading), rows


def _most(values: Sequence[float | None]) -> float:
    return max((abs(value) for value in values if value is not None), default=0.0)


def reading_notes(found: Inspection) -> list[str]:
    """What was left out of a long text, as sentences."""
    skipped = f"{count(found.unread, 'token')} in the middle skipped: the model reads both ends of a long text."
    every = f"The prediction was computed after every {found.every} tokens."
    return [of_display(skipped)] * bool(found.unread) + [of_display(every)] * (found.every > 1)


def title(layer: Layer) -> str:
    where = f"layer {layer.layer} of {layer.layers}"
    return of_composed(", ".join(map(of_display, (where, layer.direction, count(layer.units, "unit")))))


def finding(found: Finding, layer: Layer) -> str:
    """A saturated or dead gate, as a sentence."""
    is_full = found.state == "saturated"
    limit = f"above {SATURATED:g}" if is_full else f"below {DEAD:g}"
    name, always = f"{found.gate} gate", f"{limit} at every token"
    if found.gate == "candidate":
        name, always = "candidate", f"its size {limit} at every token"
    values = of_display(f"{percent(found.share, 0)} of all its values are {limit}")
    if not found.units:
        everywhere = of_display("saturated nearly everywhere" if is_full else "dead nearly everywhere")
        return of_composed(f"{of_display(name)}: {everywhere}; {values}")
    some = ", ".join(map(str, found.units[:_NAMED_UNITS]))
    more = f" and {len(found.units) - _NAMED_UNITS} more" if len(found.units) > _NAMED_UNITS else ""
    whose = f"unit {some}" if len(found.units) == 1 else f"{len(found.units)} of {layer.units} units ({some}{more})"
    whose = of_display(whose)
    where = of_display(f"saturated in {whose}" if is_full else f"dead in {whose}")
    return of_composed(f"{of_display(name)}: {where}, {of_display(always)}; {values}")


def short(value: float | None, sign: str = "") -> str:
    """A number in at most four characters: ``.45``, ``-.03``, ``3.4``, ``12``; five with a sign."""
    if value is None:
        return "·"
    size = abs(value)
    if size < 0.995:
        return f"{round(value, 2) + 0.0:{sign}.2f}".replace("0.", ".", 1)
    if size < 9.95:
        return f"{value:{sign}.1f}"
    return f"{value:{sign}.0f}" if size < 999.5 else "big"


def name(token: TokenRead) -> str:
    """A token on one line, never empty."""
    text = token.text
    if not text:
        return "·"  # part of the character before
    return safe((text.strip(" ") or "␣" * len(text)).replace("\n", "↵"))
