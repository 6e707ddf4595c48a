"""Writers of generated text: streamed text, JSON Lines or a JSON array.

The texts of a prompt are generated in parallel and written one after the other; the current one is streamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol, TextIO

from lstmcli.cli.help import bold
from lstmcli.cli.io.streams import fitted, for_people
from lstmcli.cli.output.console import safe, visible_in_lines
from lstmcli.cli.output.predictions import fit
from lstmcli.cli.output.wrapping import Wrapper
from lstmcli.cli.output.writer import LEFT_OUT, Field, Layout, Shape, escape, stream
from lstmcli.generation.results import Continuation, TextPiece, TokenStep

NO_COLUMNS: Mapping[str, Any] = {}


class Writer(Protocol):
    def begin(self, prompt: str, columns: Mapping[str, Any] = NO_COLUMNS) -> None:
        """Start the texts of a prompt; ``columns``: the columns of the input, if they are kept."""

    def write(self, event: TextPiece | Continuation) -> None: ...

    def close(self) -> None:
        """Finish the output."""
        return


def writer(format: str, out: TextIO, *, echo: bool, blank_lines: bool) -> Writer:
    """The writer for ``text``, ``jsonl`` or ``json``.

    Args:
        echo: write the prompt before each text.
        apart: separate texts by an empty line, for texts of several lines.
    """
    if format == "text":
        return TextWriter(out, echo=echo, blank_lines=blank_lines)
    return ObjectWriter(format, out)


class TextWriter(Writer):
    """Streams the text; with alternatives, a line per token and then the text."""

    def __init__(self, out: TextIO, *, echo: bool, blank_lines: bool) -> None:
        self._out, self._echo, self._blank_lines = out, echo, blank_lines
        self._terminal = out.isatty()
        if self._terminal:
            for_people(out)
        self._wrapper = Wrapper()
        self._prompt = ""
        self._begun = False
        self._current = 0
        self._waiting: dict[int, list[TextPiece | Continuation]] = {}

    def begin(self, prompt: str, columns: Mapping[str, Any] = NO_COLUMNS) -> None:
        self._prompt, self._current, self._begun = self._clean(prompt) if self._echo else "", 0, False
        self._waiting, self._wrapper = {}, Wrapper()  # the last text may have been interrupted

    def write(self, event: TextPiece | Continuation) -> None:
        self._waiting.setdefault(event.sample, []).append(event)
        while waiting := self._waiting.pop(self._current, None):
            for each in waiting:
                self._show(each)
            self._out.flush()
            if not isinstance(waiting[-1], Continuation):
                break
            self._current, self._begun = self._current + 1, False

    def _show(self, event: TextPiece | Continuation) -> None:
        steps = event.steps if isinstance(event, Continuation) else event.step
        if not self._begun and not (steps and isinstance(event, Continuation)):
            self._begin_text(echo=not steps)
        if isinstance(event, Continuation):
            if steps:
                self._out.write("\n" + self._prompted() + self._wrapped(event.text))
            self._out.write(self._end() + "\n")
        else:
            self._out.write(self._line(event.step) if event.step else self._wrapped(event.text))

    def _begin_text(self, *, echo: bool) -> None:
        self._begun = True
        if self._blank_lines and self._current:
            self._out.write("\n")
        if echo and self._prompt:
            self._out.write(self._prompted())

    def _prompted(self) -> str:
        """The prompt, in bold on a terminal."""
        if not self._prompt:
            return ""
        return bold(self._wrapper.feed(self._prompt, whole=True) if self._terminal else self._prompt, self._out)

    def _wrapped(self, text: str) -> str:
        """The text, wrapped on a terminal."""
        return self._wrapper.feed(self._clean(text)) if self._terminal else text

    def _end(self) -> str:
        """The rest of a text that has ended."""
        left, self._wrapper = self._wrapper.end(), Wrapper()
        return left if self._terminal else ""

    def _line(self, step: TokenStep) -> str:
        """A token and its alternatives, with probabilities."""
        pairs = [(step.token, step.probability), *step.alternatives]
        if not self._terminal:
            return "\t".join(field for token, p in pairs for field in (escape(token), f"{p:.4f}")) + "\n"
        (token, p), *others = ((f'"{safe(token)}"', f"{p:.4f}") for token, p in pairs)
        return f"{fit(token, 18)} {p}    " + "  ".join(f"{fit(other, 14)} {q}" for other, q in others).rstrip() + "\n"

    def _clean(self, text: str) -> str:
        """On a terminal, the text with visible control characters."""
        return fitted(visible_in_lines(text)) if self._terminal else text


class ObjectWriter(Writer):
    """Writes an object per text, in order, when it is complete."""

    def __init__(self, format: str, out: TextIO) -> None:
        self._out = out
        self.begin("")
        self._objects = stream(
            replace(CONTINUATION, input_columns=lambda _: self._columns), format, out, keep_columns=True
        )

    def begin(self, prompt: str, columns: Mapping[str, Any] = NO_COLUMNS) -> None:
        self._current, self._columns = 0, columns
        self._waiting: dict[int, Continuation] = {}

    def write(self, event: TextPiece | Continuation) -> None:
        if isinstance(event, TextPiece):
            return
        self._waiting[event.sample] = event
        while self._current in self._waiting:
            self._objects.write(self._waiting.pop(self._current))
            self._current += 1
        self._out.flush()

    def close(self) -> None:
        self._objects.close()


def _alternatives(step: TokenStep) -> list[dict[str, Any]]:
    return [{"token": token, "probability": probability} for token, probability in step.alternatives]


_STEP = Shape(
    TokenStep, "token", "probability", Field("alternatives", _alternatives, [Shape(TokenStep, "token", "probability")])
)


def _steps(found: Continuation) -> Any:
    return list(map(_STEP, found.steps)) or LEFT_OUT


CONTINUATION: Layout[Continuation] = Layout(
    Shape(
        Continuation,
        *("prompt", "text", "logprob", "tokens", "finish", "sample", "seed?", "score?"),
        Field("steps", _steps, [_STEP], optional=True),
    )
)
