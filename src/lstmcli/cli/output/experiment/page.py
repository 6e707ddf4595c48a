"""The HTML report of an architecture comparison: one self-contained file."""

from __future__ import annotations

from collections.abc import Iterator

from lstmcli.cli.language import of_display
from lstmcli.cli.output import html
from lstmcli.cli.output.console import duration
from lstmcli.cli.output.experiment.tables import plots, sentences, subject, table
from lstmcli.cli.output.measures import amount, named
from lstmcli.cli.output.plots import svg
from lstmcli.experiments.results import ArchitectureComparison, Run


def page(result: ArchitectureComparison) -> Iterator[str]:
    """The page, in parts."""
    header, rows = table(result)
    titles = {entrant.cell: entrant.title for entrant in result.entrants}
    measures = [named(measure) for measure in result.runs[0].scores]
    return html.render(
        "experiment.html",
        "compare",
        of_display(f"{', '.join(entrant.cell for entrant in result.entrants)} on {result.source}"),
        result=result,
        subject=subject(result),
        names=[of_display("cell"), *header],
        rows=[[titles[cell], *values] for cell, values in rows],
        sentences=sentences(result),
        plots=[(plot, svg(plot), words) for plot, words in plots(result)],
        run_names=[
            *map(of_display, ("cell", "seed")),
            *measures,
            *map(of_display, ("epochs", "trained", "all parameters", "model")),
        ],
        runs=map(_run, result.runs),
    )


def _run(run: Run) -> list[str]:
    scores = [amount(measure, score) for measure, score in run.scores.items()]
    size = f"{run.parameters:,}"
    return [run.cell, str(run.seed), *scores, f"{run.epochs:.3g}", duration(run.seconds), size, run.path]
