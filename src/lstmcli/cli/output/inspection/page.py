"""What ``inspect`` found as a page to show: one HTML file that needs nothing else.

The text is coloured by one number a token; which number, a reader chooses, without a script: radio buttons and style
rules.  All text that comes from outside goes through ``escaped``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lstmcli import __version__
from lstmcli.cli.output import html
from lstmcli.cli.output.console import count
from lstmcli.cli.output.html import CLOSING, escaped
from lstmcli.cli.output.html_style import MAX_VIEWS, STYLE
from lstmcli.cli.output.inspection import rows as series
from lstmcli.cli.output.inspection.rows import Row
from lstmcli.cli.output.inspection.terminal import sum_check
from lstmcli.inspection.results import Inspection, Layer, Why

MAX_TOKENS = 20_000
"""On one page; more would take a browser long."""
MAX_AXIS = 60
"""Tokens that fit under a chart."""

_GLOSSARY = {
    "input": "input gate, from 0 to 1: how much of the candidate enters the cell",
    "forget": "forget gate, from 0 to 1: how much of the old cell stays",
    "candidate": "what could be added to the cell, from −1 to 1",
    "output": "output gate, from 0 to 1: how much of the cell is shown",
    "reset": "reset gate, from 0 to 1: how much of the old state the candidate sees",
    "update": "update gate, from 0 to 1: how much of the old state stays",
    "cell": "the memory that is carried from token to token; its length, or for one unit its value",
    "hidden": "the state that the next layer, or the answer, is made from; its length, or for one unit its value",
}


def check_place(path: Path) -> None:
    """Fail before the work if the page could not be written.  Raises: OutputError."""
    html.check_place(path, "inspect", "--html")


def write_page(path: Path, found: Sequence[Inspection], model: str) -> None:
    """Writes the page whole, or nothing.  Raises: OutputError."""
    html.write_whole(path, page(found, model))


def page(found: Sequence[Inspection], model: str) -> Iterator[str]:
    """The page, part by part."""
    first = found[0]
    yield html.opening("inspect", first.text[:60], STYLE)
    yield (
        "<h1>How a model reads</h1>\n"
        f'<p class="dim">{_kind(first)}, from <code>{escaped(model)}</code>; '
        f"{count(len(found), 'line' if first.label is None else 'text')}.</p>\n"
    )
    for n, each in enumerate(found):
        yield from _text(each, f"t{n}")
    yield _glossary(found)
    yield CLOSING


def _kind(found: Inspection) -> str:
    return f"{escaped(found.cell)} {'language model' if found.label is None else 'classifier'}"


def _text(found: Inspection, key: str) -> Iterator[str]:
    line = f"line {found.line}" if found.line else ""
    answer = "" if found.label is None else f"{found.label} {found.probability:.4f}"
    yield f"<section>\n<h2>{escaped(': '.join(part for part in (line, answer) if part) or 'the text')}</h2>\n"
    if not found.tokens and found.why is None:
        yield '<p class="dim">No token in this text.</p>\n'
    if found.why is not None:
        yield _why(found.text, found.why)
    for n, layer in enumerate(found.layers):
        yield from _layer(found, layer, f"{key}-{n}")
    if found.unread:
        yield f"<p>{count(found.unread, 'token')} in the middle are not read: the model reads the two ends.</p>\n"
    if found.every > 1:
        yield f"<p>The answer was computed after every {found.every} tokens.</p>\n"
    yield "</section>\n"


def _layer(found: Inspection, layer: Layer, key: str) -> Iterator[str]:
    yield f"<h3>{escaped(found.cell)}, {series.title(layer)}</h3>\n"
    for n, (heading, rows) in enumerate(series.parts(found, layer)):
        if heading:
            yield f"<h4>{escaped(heading)}</h4>\n"
        yield heat(found, rows, f"{key}-{n}") + charts(found, rows) + _table(found, rows)
    for finding in layer.findings:
        yield f"<p>{escaped(series.finding(finding, layer))}</p>\n"


def heat(found: Inspection, rows: Sequence[Row], key: str) -> str:
    """The text, coloured by the row that is chosen."""
    rows = rows[:MAX_VIEWS]
    parts = ['<div class="heat">\n']
    for i, row in enumerate(rows):
        chosen = " checked" * (i == 0)
        parts.append(f'<input type="radio" name="{key}" id="{key}-v{i}"{chosen}>')
        parts.append(f'<label for="{key}-v{i}">{escaped(row.name)}</label>\n')
    parts.append('<p class="text">')
    end = 0
    for t, token in enumerate(found.tokens):
        if token.start > end:
            between = escaped(found.text[end : token.start])
            parts.append(f"<i>{between}</i>" if between.strip() else between)
        own = found.text[max(end, token.start) : token.end]
        classes = " ".join(name for name, on in (("mark", not own), ("unknown", token.unknown)) if on)
        shares = ";".join(part for i, row in enumerate(rows) for part in _share(row, t, i))
        says = "; ".join(f"{row.name} {series.short(row.values[t])}" for row in rows)
        parts.append(
            f'<span{f" class={chr(34)}{classes}{chr(34)}" if classes else ""} style="{shares}" '
            f'title="{escaped(f"{series.name(token)}: {says}")}">{escaped(own or series.name(token))}</span>'
        )
        end = max(end, token.end)
    parts.append(f"{escaped(found.text[end:])}</p>\n</div>\n")
    return "".join(parts)


def _share(row: Row, t: int, i: int) -> list[str]:
    """The colour of a token as two numbers: how far above 0, and how far below."""
    share = round(row.share(t), 3)
    return [f"--{'p' if share > 0 else 'n'}{i}:{abs(share):g}"] if share else []


def charts(found: Inspection, rows: Sequence[Row]) -> str:
    """Each row as an area over the tokens, its spread as a band around it."""
    tokens = len(found.tokens)
    parts = ["<figure>\n"]
    for row in rows:
        top = f"{row.most:.3g}"
        low = f"−{top}" if row.signed else "0"
        parts.append(f"<b>{escaped(row.name)}</b>{_chart(row, tokens)}<small>{top}<br>{low}</small>\n")
    if tokens <= MAX_AXIS:
        names = "".join(f"<span>{escaped(series.name(token))}</span>" for token in found.tokens)
        parts.append(f'<div class="axis" aria-hidden="true">{names}</div>\n')
    parts.append("</figure>\n")
    return "".join(parts)


def _chart(row: Row, tokens: int) -> str:
    scale = row.most or 1.0

    def height(value: float) -> float:
        share = max(-1.0 if row.signed else 0.0, min(1.0, value / scale))
        return round(100 * (1 - share) / (2 if row.signed else 1), 1)

    zero = height(0.0)
    area = "".join(
        f"M{t} {zero}V{height(value)}H{t + 1}V{zero}Z" for t, value in enumerate(row.values) if value is not None
    )
    band = "".join(
        f"M{t} {height(value - spread)}V{height(value + spread)}H{t + 1}V{height(value - spread)}Z"
        for t, (value, spread) in enumerate(zip(row.values, row.spread, strict=False))
        if value is not None
    )
    return (
        f'<svg viewBox="0 0 {max(1, tokens)} 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{escaped(row.name)} over the tokens"><path class="area" d="{area}"/>'
        + (f'<path class="band" d="{band}"/>' if band else "")
        + f'<path class="zero" vector-effect="non-scaling-stroke" d="M0 {zero}H{tokens}"/></svg>'
    )


def _table(found: Inspection, rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{escaped(row.name)}</th>" for row in rows)
    lines = []
    for t, token in enumerate(found.tokens):
        cells = "".join(f"<td>{_cell(row, t)}</td>" for row in rows)
        lines.append(f"<tr><td>{escaped(series.name(token))}</td>{cells}</tr>\n")
    return (
        f'<details>\n<summary>all numbers</summary>\n<div class="scroll"><table>\n<tr><th>token</th>{head}</tr>\n'
        f"{''.join(lines)}</table></div>\n</details>\n"
    )


def _cell(row: Row, t: int) -> str:
    value = row.values[t]
    if value is None:
        return "·"
    return f"{value:.3f}" + (f" <small>± {row.spread[t]:.3f}</small>" if row.spread else "")


def _why(text: str, why: Why) -> str:
    most = max((abs(word.log_odds) for word in why.words), default=0.0)
    parts, end = [f"<h3>What {escaped(why.label)} owes to each word</h3>\n"], 0
    parts.append('<p class="dim">Orange speaks for it, blue against it: the change when that word is left out.</p>\n')
    parts.append('<p class="text">')
    for word in why.words:
        share = round(word.log_odds / most, 3) if most else 0.0
        says = f"{word.text}: {word.difference:+.4f}, log-odds {word.log_odds:+.2f}"
        colour = f"--{'p' if share > 0 else 'n'}:{abs(share):g}"
        parts.append(escaped(text[end : word.start]))
        parts.append(f'<span style="{colour}" title="{escaped(says)}">{escaped(word.text)}</span>')
        end = word.end
    parts.append(f"{escaped(text[end:])}</p>\n")
    parts += [f"<p>{escaped(sentence)}</p>\n" for sentence in sum_check(why)]
    lines = (
        f"<tr><td>{escaped(word.text)}</td><td>{word.probability:.4f}</td><td>{word.difference:+.4f}</td>"
        f"<td>{word.log_odds:+.3f}</td></tr>\n"
        for word in sorted(why.words, key=lambda word: -abs(word.log_odds))
    )
    parts.append(
        '<details>\n<summary>all words</summary>\n<div class="scroll"><table>\n<tr><th>word</th><th>without it</th>'
        f"<th>change</th><th>log-odds</th></tr>\n{''.join(lines)}</table></div>\n</details>\n"
    )
    return "".join(parts)


def _glossary(found: Sequence[Inspection]) -> str:
    """What the names mean, those that occur."""
    layers = [layer for each in found for layer in each.layers[:1]][:1]
    names = [gate.name for layer in layers for gate in layer.gates] + [name for layer in layers for name in layer.norms]
    terms = {name: _GLOSSARY.get(name, "") for name in names}
    if found[0].label is not None:
        terms["probability"] = "under a label: what the model would answer if the text ended after the token"
    else:
        terms["bits"] = "surprisal: −log₂ of the probability of the token after all the text before it"
    if layers and layers[0].gates:
        terms["±"] = "standard deviation over the units, the pale band around a mean"
        terms["saturated"] = "a gate above 0.9 in a unit at every token: it lets everything through"
        terms["dead"] = "a gate below 0.1 in a unit at every token: it lets nothing through"
    lines = "".join(f"<dt>{escaped(name)}</dt><dd>{escaped(text)}</dd>\n" for name, text in terms.items())
    return f'<footer>\n<dl>\n{lines}</dl>\n<p class="dim">Made by lstm {__version__} inspect.</p>\n</footer>\n'
