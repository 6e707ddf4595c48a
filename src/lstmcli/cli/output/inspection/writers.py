"""Writers of inspections for programs: rows of tokens, words or units, or an object per text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from typing import Any, TextIO

from lstmcli.cli.output.writer import LEFT_OUT, Field, Layout, Shape, Writer, inside, stream
from lstmcli.inspection.results import Gate, Inspection, Layer, Numbers, TokenRead, Unit, Why
from lstmcli.translation.results import Alignment


def writer(
    format: str, out: TextIO, *, top_units: bool = False, keep_columns: bool = False, header: bool | None = None
) -> Writer[Inspection]:
    """The writer for ``table``, ``tsv``, ``csv``, ``jsonl`` or ``json``.

    Args:
        top_units: write a row per unit.
        keep_columns: include the columns of the input; not for ``table``.
        header: whether to write a header, see ``stream``.
    """
    if format == "table":
        from lstmcli.cli.output.inspection.terminal import GateTableWriter

        return GateTableWriter(out)
    layout = replace(INSPECTION, rows=partial(rows, top_units=top_units))
    return stream(layout, format, out, keep_columns=keep_columns, header=header)


def rows(inspection: Inspection, top_units: bool = False) -> Iterator[dict[str, Any]]:
    """A row per token and layer (and chosen unit); with ``why``, per word; with ``top_units``, per top unit."""
    if inspection.why is not None:
        for word in inspection.why.words:
            yield {"line": inspection.line, **asdict(word), "label": inspection.why.label}
        return
    for layer in inspection.layers:
        where = {"line": inspection.line, **_part(inspection), "layer": layer.layer, "direction": layer.direction}
        if top_units:
            for tie in layer.ties:
                yield {**where, "unit": tie.unit, "to": tie.to, "strength": tie.strength}
            continue
        for t, token in enumerate(inspection.tokens):
            own = {**where, "token": t + 1, "text": token.text, **_answer(inspection, token)}
            own |= _attended(inspection, t)
            for unit in layer.chosen:
                yield {**own, "unit": unit.unit, **{name: values[t] for name, values in unit.values.items()}}
            if not layer.chosen:
                yield own | _means(layer, t)


def _part(inspection: Inspection) -> dict[str, str]:
    return {"part": inspection.part} if inspection.part else {}


def _attended(inspection: Inspection, t: int) -> dict[str, Any]:
    """For translators: the token of the text with the most attention, and how much; empty for the encoder."""
    if not inspection.part:
        return {}
    if inspection.attention is None:
        return {"source": None, "weight": None}
    weights = inspection.attention.weights[t]
    place = max(range(len(weights)), key=weights.__getitem__)
    return {"source": inspection.attention.source[place], "weight": weights[place]}


def _answer(inspection: Inspection, token: TokenRead) -> dict[str, float | None]:
    if inspection.label is None:
        return {"surprisal": token.surprisal, "entropy": token.entropy}
    return {"probability": None if token.probabilities is None else token.probabilities[inspection.label]}


def _means(layer: Layer, t: int) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for gate in layer.gates:
        numbers |= {gate.name: gate.mean[t], f"{gate.name}_spread": gate.spread[t]}
    return numbers | {f"{name}_norm": values[t] for name, values in layer.norms.items()}


_TOKEN = Shape(TokenRead, "text", "start", "end", "unknown", "segment", "probabilities?", "surprisal?", "entropy?")
_GATE = Shape(Gate, "mean", "spread")
_UNIT = Shape(Unit, "unit", more=Numbers)


def _gates(layer: Layer) -> dict[str, Any]:
    return {gate.name: _GATE(gate) for gate in layer.gates}


def _chosen(layer: Layer) -> list[dict[str, Any]]:
    return [_UNIT(unit) | unit.values for unit in layer.chosen]


_LAYER = Shape(
    Layer,
    *("layer", "layers", "direction", "units"),
    Field("gates", _gates, {str: _GATE}, "By name, in the order of the cell's equations; empty for a plain RNN."),
    "norms",
    Field("chosen", _chosen, [_UNIT], "The units of --unit, each with its gates, cell and hidden state by name."),
    *("ties", "findings"),
)
_WHY = Shape(
    Why,
    *("label", "probability", "log_odds", "words", "empty_probability", "empty_log_odds"),
    *("sum", "total", "sum_log_odds", "total_log_odds"),
)


def _of_classifiers(name: str, *, read: bool = False) -> Field:
    """A field of classifiers only; ``read``: and only of texts with tokens."""

    def get(inspection: Inspection) -> Any:
        return LEFT_OUT if inspection.label is None or (read and not inspection.tokens) else getattr(inspection, name)

    return Field(name, get, optional=True)


INSPECTION = Layout[Inspection](
    Shape(
        Inspection,
        "text",
        "line",
        Field("file", lambda inspection: inspection.path or LEFT_OUT, str, "The input file.", optional=True),
        *("task", "cell"),
        Field("part", lambda inspection: inspection.part or LEFT_OUT, str, optional=True),
        *map(_of_classifiers, ("label", "probability", "probabilities")),
        *(_of_classifiers(name, read=True) for name in ("unread", "every")),
        inside("tokens", [_TOKEN]),
        inside("layers", [_LAYER]),
        inside("why?", _WHY),
        inside("attention?", Shape(Alignment)),
    )
)
