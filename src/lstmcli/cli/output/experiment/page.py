"""The HTML report of an architecture comparison: one self-contained file."""

from __future__ import annotations

from collections.abc import Iterator

from lstmcli.cli.output import html
from lstmcli.cli.output.console import duration
from lstmcli.cli.output.experiment.tables import MEASURES, amount, plots, sentences, subject, table
from lstmcli.cli.output.plots import Plot, svg
from lstmcli.experiments.results import ArchitectureComparison, Run

_MEANING = {
    "Learning": "The validation score after each epoch.",
    "Gradient by lag": "How strongly the state after a token depends on the tokens before it: the norm of the gradient "
    "of a unit of the top layer with respect to the embedded input that many tokens back, in windows of the validation "
    "text, after training. Where it is close to zero, the gradient vanishes and the network cannot learn to use that "
    "input. A larger gradient does not mean that the network uses it.",
    "Recall": "A task that needs memory. The first token is one of {cues} cues; after a number of unrelated tokens of "
    "this text, the network is asked which cue it was. Small networks with equally many parameters are trained from "
    "scratch, at distances from 1 to the longest.",
}
_BANDS = {
    "Learning": " The band is the range over seeds.",
    "Recall": " The band is plus and minus one standard deviation over seeds.",
}


def meaning(plot: Plot, result: ArchitectureComparison) -> str:
    """The explanation of a plot."""
    banded = any(series.ranges for series in plot.series)
    words = _MEANING[plot.title].format(cues=round(1 / result.chance))
    return words + (_BANDS.get(plot.title, "") if banded else "")


def page(result: ArchitectureComparison) -> Iterator[str]:
    """The page, in parts."""
    header, rows = table(result)
    titles = {entrant.cell: entrant.title for entrant in result.entrants}
    measures = list(result.runs[0].scores)
    return html.render(
        "experiment.html",
        "compare",
        f"{', '.join(entrant.cell for entrant in result.entrants)} on {result.source}",
        result=result,
        subject=subject(result),
        names=["cell", *header],
        rows=[[titles[cell], *values] for cell, values in rows],
        sentences=sentences(result),
        plots=[(svg(plot), words, meaning(plot, result)) for plot, words in plots(result)],
        run_names=["cell", "seed", *map(MEASURES.__getitem__, measures), *_RUN],
        runs=map(_run, result.runs),
    )


_RUN = ("epochs", "trained", "all parameters", "model")


def _run(run: Run) -> list[str]:
    scores = [amount(measure, score) for measure, score in run.scores.items()]
    size = f"{run.parameters:,}"
    return [run.cell, str(run.seed), *scores, f"{run.epochs:.3g}", duration(run.seconds), size, run.path]
