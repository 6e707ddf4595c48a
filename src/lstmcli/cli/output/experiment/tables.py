"""Results of an architecture comparison: a table and plots for people, rows, or JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import NOTHING, columns, duration, safe, styled
from lstmcli.cli.output.experiment.findings import MIN_GRADIENT, gradient_words, recall_words
from lstmcli.cli.output.measures import amount, change_with_unit, interval, named, p_values, verdict
from lstmcli.cli.output.plots import Plot, Series, text_plot
from lstmcli.cli.output.writer import Layout, Row, Shape
from lstmcli.data.config import SPLIT_NAMES
from lstmcli.evaluation.results import HUNDREDTHS, LOWER_IS_BETTER, Spread
from lstmcli.experiments.results import ArchitectureComparison, Difference, Point
from lstmcli.plural import count
from lstmcli.tasks import require_task

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

HEIGHT, MAX_WIDTH = 10, 76


def _rows(result: ArchitectureComparison) -> Iterator[Row]:
    """A row per cell: its scores, and its differences from the reference."""
    entrants = {entrant.cell: entrant for entrant in result.entrants}
    for standing in result.standings:
        entrant, own = entrants[standing.cell], standing.measures
        seeds = next(iter(own.values())).n
        row: dict[str, Any] = {"cell": standing.cell, "units": units(entrant.widths)}
        row |= {"parameters": entrant.parameters, "seeds": seeds}
        for measure, found in own.items():
            gap = next((g for g in result.gaps if (g.cell, g.measure) == (standing.cell, measure)), None)
            more = (None, None, None) if gap is None else (gap.difference.mean, gap.p_value, gap.p_adjusted)
            values = (found.mean, found.sd, found.low, found.high, *more)
            row |= zip((f"{measure}_{part}" for part in _PARTS), values, strict=True)
        yield row | {"epochs": standing.epochs, "seconds": standing.seconds}


_PARTS = ("mean", "sd", "low", "high", "difference", "p_value", "p_adjusted")


def _report(result: ArchitectureComparison, out: Console) -> Iterator[RenderableType]:
    yield of_display(f"{safe(result.source)}: {subject(result)}")
    yield of_display(result.budget)
    yield ""
    header, rows = table(result)
    by_column = zip(header, zip(*(values for _, values in rows), strict=True), strict=True)
    yield columns("", [cell for cell, _ in rows], list(by_column), out)
    if verdicts := list(sentences(result)):
        yield ""
        yield from verdicts
    width = min(out.width, MAX_WIDTH)
    for plot, words in plots(result):
        if lines := text_plot(plot, width, HEIGHT):
            yield ""
            yield from lines
            if words:
                yield styled(words)
    if result.notes:
        yield ""
        yield from (of_display(f"note: {safe(sentence)}") for sentence in result.notes)


def subject(result: ArchitectureComparison) -> str:
    """What was trained and on which split it was scored."""
    kind = require_task(result.task).plural
    seeds = ", ".join(map(str, result.seeds))
    split = of_display(SPLIT_NAMES[result.split])
    which = f"seed {seeds}" if len(result.seeds) == 1 else f"seeds {seeds}"
    return of_display(f"{of_display(kind)}, {of_display(which)}, scored on the {split} split")


def table(result: ArchitectureComparison) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Column names, and a row per cell."""
    header = [of_display("units"), of_display("parameters")]
    several = any(spread.sd is not None for standing in result.standings for spread in standing.measures.values())
    for measure in result.standings[0].measures:
        header.append(named(measure))
        if several and measure == result.measure:
            header += [of_display("sd"), of_display("95 % interval")]
    header += [of_display("epochs"), of_display("trained")]
    rows = []
    entrants = {entrant.cell: entrant for entrant in result.entrants}
    for standing in result.standings:
        entrant = entrants[standing.cell]
        row = [units(entrant.widths), f"{entrant.parameters:,}"]
        for measure, found in standing.measures.items():
            row.append(amount(measure, found.mean))
            if several and measure == result.measure:
                row += _spread(measure, found)
        rows.append((standing.cell, [*row, f"{standing.epochs:.3g}", duration(standing.seconds)]))
    return header, rows


def units(widths: Sequence[int]) -> str:
    """Units of each layer: ``96``, ``2 x 256``, ``770 + 256``."""
    if len(set(widths)) > 1:
        return " + ".join(map(str, widths))
    return str(widths[0]) if len(widths) == 1 else f"{len(widths)} x {widths[0]}"


def _spread(measure: str, found: Spread) -> list[str]:
    """Standard deviation and interval; dashes for a single seed."""
    if found.sd is None or found.low is None or found.high is None:
        return [NOTHING, NOTHING]
    sd, low, high = (amount(measure, value).removesuffix(" %") for value in (found.sd, found.low, found.high))
    return [sd, f"{low} {of_display('to')} {high}"]


def sentences(result: ArchitectureComparison) -> Iterator[str]:
    """A sentence for each cell against the reference, by the main measure."""
    for gap in result.gaps:
        if gap.measure == result.measure:
            against = of_display(f"{gap.cell} against {gap.against}")
            yield of_display(f"{against}: {_difference(gap)}: {_verdict(gap)}")


def _difference(gap: Difference) -> str:
    measure, found = gap.measure, gap.difference
    text = f"{named(measure)} {change_with_unit(measure, found.mean)}"
    if found.low is None or found.high is None:
        return text
    details = interval(measure, found.low, found.high, found.confidence)
    if gap.p_value is not None:
        test = f"paired t-test over {count(found.n, 'seed')}"
        details += f"; {p_values(gap.p_value, gap.p_adjusted)}, {of_display(test)}"
    return f"{text} ({details})"


def _verdict(gap: Difference) -> str:
    if math.isnan(gap.difference.mean):
        return of_display("no comparison: a score is not finite")
    one_seed = gap.difference.n == 1
    reason = "no test with one seed" if one_seed else "no test: the difference is the same for all seeds"
    return verdict(gap.better, gap.significant, of_display(reason))


def plots(result: ArchitectureComparison) -> Iterator[tuple[Plot, str]]:
    """The plots, each with a sentence about it, or an empty one."""
    names = [standing.cell for standing in result.standings]
    curves = {name: [run.points for run in result.runs if run.cell == name] for name in names}
    yield learning(result.metric, curves, by_time="time" in result.match), ""
    if result.gradients:
        yield gradients(result), gradient_words(result)
    if result.recalls:
        yield recall(result), recall_words(result)


def learning(metric: str, curves: dict[str, list[tuple[Point, ...]]], *, by_time: bool) -> Plot:
    """Validation scores: the mean over seeds, up to the epoch that all seeds of a cell have reached."""
    series = []
    for name, runs in curves.items():
        places = list(zip(*runs, strict=False))
        points = tuple(
            (fmean(p.seconds if by_time else p.epoch for p in at), fmean(p.value for p in at)) for at in places
        )
        ranges = tuple((min(p.value for p in at), max(p.value for p in at)) for at in places)
        series.append(Series(name, points, ranges if len(runs) > 1 else ()))
    costs = metric in LOWER_IS_BETTER
    return Plot(
        of_display("Learning"),
        of_display("seconds of training" if by_time else "epochs"),
        of_display(f"validation {named(metric)}, mean over seeds"),
        tuple(series),
        log_y=costs,
        percent=not costs and metric not in HUNDREDTHS,
    )


def gradients(result: ArchitectureComparison) -> Plot:
    """The gradient by lag, relative to that of the last token."""
    series = []
    for found in result.gradients:
        last = found.norms[0] or 1.0
        shares = ((lag, norm / last) for lag, norm in enumerate(found.norms))
        series.append(Series(found.cell, tuple((lag, share) for lag, share in shares if share > MIN_GRADIENT)))
    return Plot(
        of_display("Gradient by lag"),
        of_display("tokens back"),
        of_display("gradient relative to that of the last token"),
        tuple(series),
        log_y=True,
    )


def recall(result: ArchitectureComparison) -> Plot:
    series = []
    for found in result.recalls:
        means = tuple((d, spread.mean) for d, spread in zip(result.distances, found.accuracies, strict=True))
        ends = tuple(_inside(spread) for spread in found.accuracies if spread.sd is not None)
        series.append(Series(found.cell, means, ends))
    return Plot(
        of_display("Recall"),
        of_display("tokens between cue and question"),
        named("accuracy"),
        tuple(series),
        log_x=True,
        y_range=(0.0, 1.0),
        percent=True,
        level=(of_display("guessing"), result.chance),
    )


def _inside(spread: Spread) -> tuple[float, float]:
    """The mean plus and minus a standard deviation, within 0 and 1."""
    assert spread.sd is not None
    return max(0.0, spread.mean - spread.sd), min(1.0, spread.mean + spread.sd)


EXPERIMENT = Layout(Shape(ArchitectureComparison), rows=_rows, table=_report, numbers=".6g")
