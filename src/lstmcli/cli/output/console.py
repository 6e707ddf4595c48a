"""Text and tables for people.

Text from files or models goes through ``safe`` first, because terminals act on control characters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TextIO, cast

from lstmcli.cli.io.streams import Stderr, abandon, fitted, for_people, window_width
from lstmcli.cli.language import is_chinese, of_composed, of_display

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.table import Table
    from rich.text import Text

MAX_PERPLEXITY = 1e9
NOTHING = "–"
"""Shown for a missing value."""
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """``text`` on one line, with a visible symbol for every control character."""
    return CONTROLS.sub(_symbol, text)


def visible_in_lines(text: str) -> str:
    """``visible``, but line ends and tabs stay."""
    return "".join(part if part in ("\n", "\t") else visible(part) for part in re.split(r"([\n\t])", text))


def safe(text: str) -> str:
    """``visible``, in characters that the encoding of stdout has."""
    return fitted(visible(text))


def _symbol(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def console(*, stderr: bool = False) -> Console:
    """A Rich console without markup, emoji codes and automatic highlighting."""
    from rich.console import Console, ConsoleDimensions

    class OurConsole(Console):
        def on_broken_pipe(self) -> None:
            """The reader has closed the pipe; Rich would exit with code 1."""
            abandon(sys.stdout)
            raise BrokenPipeError

    file = cast(TextIO, Stderr(sys.stderr)) if stderr else None
    if not stderr:
        for_people(sys.stdout)
    out = OurConsole(file=file, markup=False, emoji=False, highlight=False)
    if out.is_dumb_terminal:
        out.size = ConsoleDimensions(window_width(), out.height)  # Rich assumes 80 columns for dumb terminals
    return out


def styled(text: str = "", style: str = "") -> Text:
    """Text in one style; more can be appended."""
    from rich.text import Text

    return Text(text, style)


def live_display(shown: RenderableType, out: Console, per_second: float) -> Live | None:
    """A started display of ``shown`` that is updated in place; None if ``out`` cannot do that."""
    if not out.is_terminal or out.is_dumb_terminal:
        return None
    from rich.live import Live

    live = Live(shown, console=out, refresh_per_second=per_second, transient=True)
    live.start()
    return live


def show(out: Console, *parts: RenderableType, style: str = "") -> None:
    """Print each part; outside a terminal without the trailing spaces of Rich's tables."""
    if out.is_terminal:
        for part in parts:
            out.print(part, style=style)
        return
    with out.capture() as captured:
        for part in parts:
            out.print(part, soft_wrap=isinstance(part, str))
    text = "\n".join(line.rstrip() for line in captured.get().split("\n"))
    out.print(text, end="", soft_wrap=True)


def grid(*, header: bool = False, **more: Any) -> Table:
    """A table without borders, which fits narrow windows and can be copied."""
    from rich.table import Table

    return Table(box=None, show_header=header, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", **more)


def facts(rows: Mapping[str, str], out: Console) -> Table:
    """A line per name and value, if there is one; in a narrow window, the value is below its name."""
    table = grid()
    narrow = out.width < 40
    if not narrow:
        table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows.items():
        if not value:
            continue
        shown, text = of_display(name), safe(of_composed(value))
        if narrow:
            table.add_row(shown, style="bold")
            table.add_row(text)
        else:
            table.add_row(shown, text)
    return table


def columns(
    corner: str, names: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], out: Console, *, bold: int = 0
) -> Table:
    """A table of numbers; in a window that is too narrow, each row as text.

    Args:
        corner: header of the column of row names.
        bold: number of last rows in bold.
    """
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) + 2 for column in zip(names, *(values for _, values in rows), strict=True)]
    longest = max((cell_len(word) for name, _ in rows for word in safe(name).split()), default=0)
    if sum(widths) + min(longest, 24) > out.width:
        table = grid()
        table.add_column(overflow="fold")
        for name, values in rows:
            table.add_row(safe(name).strip(), style="bold")
            table.add_row(", ".join(f"{value} {column}" for value, column in zip(values, names, strict=True)))
        return table
    table = grid(header=True)
    table.add_column(corner, overflow="fold")
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for i, (name, values) in enumerate(rows):
        table.add_row(safe(name), *values, style="bold" if i >= len(rows) - bold else "")
    return table


def duration(seconds: float) -> str:
    """A duration: ``8s``, ``2m 05s``, ``1h 10m``; in Chinese ``8 秒``, ``2 分 05 秒``, ``1 小时 10 分``."""
    whole = max(0, round(seconds))
    h, m, s = (" 小时", " 分", " 秒") if is_chinese() else ("h", "m", "s")
    if whole < 60:
        return f"{whole}{s}"
    if whole < 3600:
        return f"{whole // 60}{m} {whole % 60:02d}{s}"
    return f"{whole // 3600}{h} {whole % 3600 // 60:02d}{m}"


def size(n: float) -> str:
    """A number of bytes with a decimal unit."""
    for unit in ("bytes", "kB", "MB"):
        if n < 1000:
            return f"{n:.0f} {unit}" if unit == "bytes" else f"{n:.1f} {unit}"
        n /= 1000
    return f"{n:.1f} GB"


def perplexity(value: float | None) -> str:
    """A perplexity; a dash if there is none or it is meaningless, as per word in text without spaces."""
    return f"{value:,.2f}" if value is not None and value < MAX_PERPLEXITY else NOTHING


def percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f} %"


def progress_bar(share: float, width: int, encoding: str) -> Text:
    from rich.text import Text

    done, rest = "━╌" if encoding.startswith("utf") else "#-"
    full = min(width, round(share * width))
    return Text.assemble((done * full, "cyan"), (rest * (width - full), "dim"))


def curve(values: list[float], width: int, encoding: str = "utf-8") -> str:
    """A sparkline, oldest value first; each bar is the mean of several values."""
    bars = "▁▂▃▄▅▆▇█" if encoding.lower().startswith("utf") else "_.-=+*#@"
    if len(values) < 2 or width < 2:
        return ""
    width = min(width, len(values))
    edges = [i * len(values) // width for i in range(width + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]
    low, high = min(means), max(means)
    scale = (len(bars) - 1) / (high - low) if high > low else 0.0
    return "".join(bars[round((mean - low) * scale)] for mean in means)
