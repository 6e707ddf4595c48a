"""Progress of training on stderr: a live panel on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import curve, duration, live_display, percent, progress_bar, styled
from lstmcli.cli.output.measures import named
from lstmcli.training import events

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.text import Text

LINE_EVERY = 10.0
"""Seconds between two plain lines."""
SHARES = ("accuracy", "f1", "macro_f1")
"""Metrics that are shown in per cent."""
KEPT_LOSSES = 2000
"""Losses kept for the curve; at twice as many, neighbours are averaged."""


class Progress:
    """Shows steps and validations.  ``with`` starts and ends the live panel."""

    def __init__(self, out: Console) -> None:
        self.out = out
        self.live: Live | None = None
        self.step: events.Step | None = None
        self.validated: events.Validated | None = None
        self.best_epoch = 0
        self.losses: list[float] = []
        self._received = self._next_line = time.monotonic()

    def __enter__(self) -> Progress:
        self.live = live_display(self, self.out, per_second=4)
        return self

    def __exit__(self, *_: object) -> None:
        if self.live is not None:
            self.live.stop()

    def handle(self, event: events.Step | events.Validated) -> None:
        if isinstance(event, events.Validated):
            self.validated = event
            if event.improved:
                self.best_epoch = event.epoch
            if self.live is None:
                self.out.print(_validation_line(event), soft_wrap=True)
            return
        self.step, self._received = event, time.monotonic()
        self.losses.append(event.loss)
        if len(self.losses) >= 2 * KEPT_LOSSES:
            self.losses = [(a + b) / 2 for a, b in zip(self.losses[::2], self.losses[1::2], strict=False)]
        if self.live is None and self._received >= self._next_line:
            self._next_line = self._received + LINE_EVERY
            self.out.print(_step_line(event), soft_wrap=True)

    def begin_again(self) -> None:
        """Forget the steps so far: another part of the training begins."""
        self.step, self.validated, self.best_epoch, self.losses = None, None, 0, []

    def __rich__(self) -> RenderableType:
        from rich.console import Group
        from rich.constrain import Constrain
        from rich.panel import Panel

        if self.step is None:
            return styled(of_display("preparing …"), "dim")
        framed = self.out.width >= 50
        # The terminal writes ^C after the last line; without room for it, the panel would not be erased completely.
        width = min(self.out.width - 3, 100)
        lines = Group(*self._lines(width - (4 if framed else 0)))
        if not framed:
            return Constrain(lines, width)
        return Panel(lines, title=of_display("training"), title_align="left", border_style="dim", width=width)

    def _lines(self, width: int) -> list[RenderableType]:
        from rich.cells import cell_len

        step = self.step
        assert step is not None
        left = max(0.0, step.seconds_left - (time.monotonic() - self._received))
        head = of_display(f"epoch {step.epoch:.1f} of {step.epochs}, {duration(left)} left")
        loss = of_display(f"loss {step.loss:.3f}")
        room = width - cell_len(loss) - 2
        lines: list[RenderableType] = [
            styled(head, "bold"),
            progress_bar(step.step / max(step.steps, 1), width, self.out.encoding),
            styled(f"{loss}  ").append(curve(self.losses, room, self.out.encoding), "cyan"),
        ]
        if self.validated is not None:
            metric = self.validated.metric
            best = of_display(f"best {_score(metric, self.validated.best)} in epoch {self.best_epoch}")
            value = of_display(f"validation {named(metric)}") + f" {_score(metric, self.validated.value)}"
            lines += _flow([(value, ""), (best, "green")], width)
        parts = (
            f"{step.rate:,.0f} {of_display(step.unit)}/s",
            of_display(f"learning rate {step.learning_rate:.1e}"),
            of_display(f"gradient {step.gradient_norm:.2f}"),
        )
        lines += _flow([(part, "dim") for part in parts], width)
        return lines


def _flow(parts: Iterable[tuple[str, str]], width: int) -> list[Text]:
    """Texts with their styles, separated by commas and wrapped."""
    from rich.cells import cell_len

    lines: list[Text] = []
    for text, style in parts:
        if lines and lines[-1].cell_len + cell_len(text) + 2 <= width:
            lines[-1].append(", ", style).append(text, style)
        else:
            lines.append(styled(text, style))
    return lines


def _score(metric: str, value: float, digits: int = 1) -> str:
    return percent(value, digits) if metric in SHARES else f"{value:,.{digits}f}"


def _step_line(step: events.Step) -> str:
    return of_display(
        f"epoch {step.epoch:.2f} of {step.epochs}  step {step.step:,} of {step.steps:,}  loss {step.loss:.4f}  "
        f"learning rate {step.learning_rate:.2e}  gradient {step.gradient_norm:.2f}  "
        f"{step.rate:,.0f} {of_display(step.unit)}/s  {duration(step.seconds_left)} left"
    )


def _validation_line(event: events.Validated) -> str:
    mark = "best so far" if event.improved else f"best {_score(event.metric, event.best, 2)}"
    value = f"{named(event.metric)} {_score(event.metric, event.value, 2)}"
    return of_display(f"epoch {event.epoch}: validation loss {event.loss:.4f}, {value} ({mark})")
