"""stdin, stdout and stderr: encoding errors, pipes that close early, input that arrives over time."""

from __future__ import annotations

import atexit
import codecs
import contextlib
import errno
import os
import re
import stat
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Generic, NoReturn, TextIO, TypeVar

from lstmcli.cli.language import of_message
from lstmcli.threads import startable

T = TypeVar("T")


LOOKALIKES = {
    **{"…": "...", "–": "-", "—": "-", "−": "-", "·": ".", "±": "~", "×": "x", "⏎": "/", "↵": "/", "␣": "_"},
    **{"│": "|", "━": "#", "╌": "-", "✓": "+", "✗": "x", "‘": "'", "’": "'", "“": '"', "”": '"', "\ufffd": "?"},
    **{chr(0x2400 + code): f"^{chr(64 + code)}" for code in range(32)},
    "␡": "^?",
}
"""ASCII replacements of symbols that an encoding may lack."""
FOR_PEOPLE = "lstm.lookalikes"
"""Name of a codec error handler: a lookalike, else ``\\uXXXX``."""


def _lookalike(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    found = error.object[error.start : error.end]
    written = (LOOKALIKES.get(char) or char.encode("ascii", "backslashreplace").decode() for char in found)
    return "".join(written), error.end


codecs.register_error(FOR_PEOPLE, _lookalike)


def prepare() -> None:
    """Make stdout and stderr safe: characters that the encoding lacks are written as ``\\uXXXX``.

    Data lose nothing by that; text for people gets lookalikes, see ``for_people``.  A closed stream (``>&-``) is
    replaced by the null device.
    """
    drop_invalid_sizes()
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    _reconfigure(sys.stdout, "backslashreplace")
    for_people(sys.stderr)


def drop_invalid_sizes() -> None:
    """Remove invalid window sizes from the environment: Rich and textwrap would fail on them."""
    for name in ("COLUMNS", "LINES"):
        if not re.fullmatch("0*[1-9][0-9]{0,4}", os.environ.get(name, "1")):
            del os.environ[name]
    if not os.environ.get("SOURCE_DATE_EPOCH", "0").isdecimal():
        del os.environ["SOURCE_DATE_EPOCH"]  # scipy parses it as a number


def for_people(stream: TextIO) -> None:
    """From here on, ``stream`` is read by people, not programs."""
    _reconfigure(stream, FOR_PEOPLE)


def _reconfigure(stream: TextIO, errors: str) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=errors)


def fitted(text: str) -> str:
    """``text`` as stdout will show it, to compute column widths."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if encoding.lower().startswith("utf") or text.isascii():
        return text
    return text.encode(encoding, FOR_PEOPLE).decode(encoding)


def window_width() -> int:
    """Columns of the window: ``$COLUMNS``, else those of the first stream that is a terminal, else 80."""
    if columns := os.environ.get("COLUMNS"):
        return int(columns)  # checked at the start
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            return os.get_terminal_size(stream.fileno()).columns or 80
    return 80


def put(line: str) -> None:
    """Print a line on stderr; a closed stderr is ignored."""
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr)


def say(message: str) -> None:
    """Print a message on stderr in the language of the locale."""
    put(of_message(message))


def note(message: str) -> None:
    """Print a sentence on stderr like ``say``, wrapped between words on a terminal."""
    message = of_message(message)
    if sys.stderr.isatty():
        from lstmcli.cli.output.wrapping import wrapped

        message = wrapped(message)
    put(message)


def report_error(message: str, hint: str | None = None) -> None:
    """Print an error and a hint on stderr."""
    from lstmcli.cli.output.console import safe

    note(f"error: {safe(message)}")
    if hint:
        note(f"hint: {safe(hint)}")


def report_os_error(error: OSError) -> None:
    """Print an ``OSError``: of a file, of stdout, or from inside a library."""
    if error.filename is not None:
        name = error.filename if isinstance(error.filename, str) else os.fsdecode(error.filename)
        report_error(f"{name}: {error.strerror}")
    elif error.errno in _WRITE_ERRORS:
        report_write_error(error)
    elif "temporary directory" in str(error.strerror):  # tempfile found none
        hint = "set $TMPDIR to a folder with free space"
        report_error(f"there is no place for temporary files: {error.strerror}", hint)
    else:
        report_error(f"the operating system reports an error: {error.strerror}")


_WRITE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def report_write_error(error: Exception) -> None:
    """Print that stdout could not be written."""
    code = getattr(error, "errno", None)
    reason = getattr(error, "strerror", None) or error
    hint = "free some space on the disk that it is written to" if code in (errno.ENOSPC, errno.EDQUOT) else None
    if code == errno.EFBIG:
        hint = "raise the limit on file size: ulimit -f"
    report_error(f"cannot write the output: {reason}", hint)


def abandon(stream: TextIO) -> None:
    """The reader of ``stream`` has closed it: discard what is written from now on, at exit too."""
    with contextlib.suppress(OSError, ValueError):  # in tests there is no file behind the stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Stderr:
    """stderr, with write errors ignored: its reader may be gone or its disk full."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            abandon(self._stream)
            return 0

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            abandon(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def leave(code: int) -> NoReturn:
    """End the process after running exit handlers and flushing the streams.

    A normal exit would free the interpreter and the model object by object: a tenth of the time of a cold start.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            pass
        except (OSError, ValueError) as error:
            if stream is sys.stderr:
                continue  # messages only
            report_write_error(error)
            code = code or 1
    os._exit(code)


def stdin() -> BinaryIO:
    """Standard input as bytes, on its own descriptor.

    A thread may still be reading it when the program ends, and Python could not close ``sys.stdin`` then.
    """
    try:
        return os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    except (OSError, ValueError):  # in tests there is no file behind the stream
        return sys.stdin.buffer


def is_live(spec: str) -> bool:
    """Whether input arrives over time: a pipe or a terminal, on stdin or by name."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode if spec == "-" else Path(spec).stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


class Arrivals(Generic[T]):
    """Items of a slow iterable, read by a thread, so that ``ready`` knows whether the next one is available.

    An exception of the iterable is raised here after the items before it.  The thread reads ahead by at most ``most``
    items or ``most_weight`` characters, which bounds memory.
    """

    def __init__(self, items: Iterable[T], most: int = 4096, most_weight: int = 4_000_000) -> None:
        self._items, self._most, self._most_weight = items, most, most_weight
        self._queue: deque[T] = deque()
        self._taken: deque[T] = deque()
        self._weight = 0
        self._ended = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._on_demand = not startable(1)
        if not self._on_demand:
            threading.Thread(target=self._read, daemon=True).start()

    def ready(self) -> bool:
        """Whether the next item, or the end, is available without waiting."""
        return bool(self._taken or self._queue) or self._ended

    def __iter__(self) -> Iterator[T]:
        if self._on_demand:  # the system allows no thread
            yield from self._items
            return
        while True:
            with self._changed:
                while not self._queue and not self._ended:
                    self._changed.wait()
                self._taken, self._queue, self._weight = self._queue, deque(), 0
                self._changed.notify()
            if not self._taken:
                break
            while self._taken:
                yield self._taken.popleft()
        if self._error is not None:
            raise self._error

    def _read(self) -> None:
        try:
            for item in self._items:
                with self._changed:
                    while len(self._queue) >= self._most or self._weight >= self._most_weight:
                        self._changed.wait()
                    self._queue.append(item)
                    self._weight += len(getattr(item, "text", ""))
                    if len(self._queue) == 1:
                        self._changed.notify()
        except BaseException as error:
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify()
