"""What a side-by-side training found as a page: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from lstmcli import __version__
from lstmcli.cli.output import html
from lstmcli.cli.output.console import duration
from lstmcli.cli.output.experiment.tables import MEASURES, amount, plots, sentences, subject, table
from lstmcli.cli.output.html import CLOSING, escaped
from lstmcli.cli.output.html_style import STYLE
from lstmcli.cli.output.plots import STYLE as PLOTS
from lstmcli.cli.output.plots import Plot, svg
from lstmcli.experiments.results import ArchitectureComparison

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
    yield html.opening("compare", f"{', '.join(e.cell for e in result.entrants)} on {result.source}", STYLE + PLOTS)
    yield (
        "<h1>Architectures side by side</h1>\n"
        f'<p class="dim">{escaped(result.source)}: {escaped(subject(result))}; {escaped(result.budget)}.</p>\n'
    )
    yield _table(result)
    yield from (f"<p>{escaped(sentence)}.</p>\n" for sentence in sentences(result))
    for plot, words in plots(result):
        if picture := svg(plot):
            yield f"<section>\n{picture}"
            if words:
                yield f"<p>{escaped(words)}.</p>\n"
            yield f'<p class="dim">{escaped(meaning(plot, result))}</p>\n</section>\n'
    yield _runs(result)
    if result.notes:
        yield "<h2>Notes</h2>\n"
        yield from (f"<p>{escaped(note)}.</p>\n" for note in result.notes)
    made = f"Made by lstm {__version__} with <code>{escaped(result.command)}</code>"
    yield f'<footer>\n<p class="dim">{made}</p>\n</footer>\n'
    yield CLOSING


def _table(result: ArchitectureComparison) -> str:
    header, rows = table(result)
    titles = {entrant.cell: entrant.title for entrant in result.entrants}
    head = "".join(f"<th>{escaped(name)}</th>" for name in header)
    lines = "".join(
        f"<tr><td>{escaped(titles[cell])}</td>{''.join(f'<td>{escaped(value)}</td>' for value in values)}</tr>\n"
        for cell, values in rows
    )
    return f'<div class="scroll"><table>\n<tr><th>cell</th>{head}</tr>\n{lines}</table></div>\n'


def _runs(result: ArchitectureComparison) -> str:
    measures = list(result.runs[0].scores)
    head = "".join(f"<th>{escaped(MEASURES[measure])}</th>" for measure in measures)
    lines = "".join(
        f"<tr><td>{escaped(run.cell)}</td><td>{run.seed}</td>"
        + "".join(f"<td>{escaped(amount(measure, run.scores[measure]))}</td>" for measure in measures)
        + f"<td>{run.epochs:.3g}</td><td>{escaped(duration(run.seconds))}</td><td>{run.parameters:,}</td>"
        f"<td>{escaped(run.path)}</td></tr>\n"
        for run in result.runs
    )
    return (
        '<details>\n<summary>all runs</summary>\n<div class="scroll"><table>\n'
        f"<tr><th>cell</th><th>seed</th>{head}<th>epochs</th><th>trained</th><th>all parameters</th>"
        "<th>model</th></tr>\n"
        f"{lines}</table></div>\n</details>\n"
    )
