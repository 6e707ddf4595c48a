"""What a side-by-side training found as a page: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from lstmcli.cli.output import html
from lstmcli.cli.output.console import duration
from lstmcli.cli.output.experiment.tables import MEASURES, amount, plots, sentences, subject, table
from lstmcli.cli.output.plots import Plot, svg
from lstmcli.experiments.results import ArchitectureComparison, Run

_MEANING = {
    "Learning": "The validation score after each epoch.",
    "Gradient by lag": "How strongly the state after a token still depends on the tokens before it: the norm of the "
    "gradient of a unit of the top layer with respect to the embedded input so many tokens back, in windows of the "
    "validation text, after training. Where it is next to nothing, training cannot teach the network to use what stood "
    "there: the vanishing gradient. What is left need not be used.",
    "Recall": "A task that only memory solves. The first token is one of {cues}; then come so many tokens of this "
    "text, which say nothing of it; then the network is asked which it was. Small networks of equal parameters are "
    "trained for it from nothing, at distances from 1 to the longest.",
}
_BANDS = {
    "Learning": " The band reaches from the worst seed to the best.",
    "Recall": " The band is a standard deviation over seeds on each side.",
}


def meaning(plot: Plot, result: ArchitectureComparison) -> str:
    """What a plot shows."""
    banded = any(series.ranges for series in plot.series)
    words = _MEANING[plot.title].format(cues=round(1 / result.chance))
    return words + (_BANDS.get(plot.title, "") if banded else "")


def page(result: ArchitectureComparison) -> Iterator[str]:
    """The page, part by part."""
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
