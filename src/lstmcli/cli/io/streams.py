"""stdin, stdout and stderr: encodings that never fail, pipes that close early, lines as they arrive."""

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

from lstmcli.threads import startable

T = TypeVar("T")


LOOKALIKES = {
    **{"…": "...", "–": "-", "—": "-", "−": "-", "·": ".", "±": "~", "×": "x", "⏎": "/", "↵": "/", "␣": "_"},
    **{"│": "|", "━": "#", "╌": "-", "✓": "+", "✗": "x", "‘": "'", "’": "'", "“": '"', "”": '"', "\ufffd": "?"},
    **{chr(0x2400 + code): f"^{chr(64 + code)}" for code in range(32)},
    "␡": "^?",
}
"""What stands for marks of ours, and of typography, where an encoding lacks them."""
FOR_PEOPLE = "lstm.lookalikes"
"""An error handler of encodings: a lookalike, else ``\\uXXXX``."""


def _lookalike(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    found = error.object[error.start : error.end]
    written = (LOOKALIKES.get(char) or char.encode("ascii", "backslashreplace").decode() for char in found)
    return "".join(written), error.end


codecs.register_error(FOR_PEOPLE, _lookalike)


def prepare() -> None:
    """Makes the streams safe: what the terminal's encoding cannot hold is written as ``\\uXXXX``.

    That is for data, which lose nothing by it; people get lookalikes, see ``for_people``.  One that is closed
    (``>&-``) leads nowhere.
    """
    forget_sizes()
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    _reconfigure(sys.stdout, "backslashreplace")
    for_people(sys.stderr)


def forget_sizes() -> None:
    """Drops a size of the window from the environment that is none: Rich and textwrap would fail on it."""
    for name in ("COLUMNS", "LINES"):
        if not re.fullmatch("0*[1-9][0-9]{0,4}", os.environ.get(name, "1")):
            del os.environ[name]
    if not os.environ.get("SOURCE_DATE_EPOCH", "0").isdecimal():
        del os.environ["SOURCE_DATE_EPOCH"]  # scipy takes it for a number


def for_people(stream: TextIO) -> None:
    """What goes there from here on is read by people."""
    _reconfigure(stream, FOR_PEOPLE)


def _reconfigure(stream: TextIO, errors: str) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=errors)


def fitted(text: str) -> str:
    """``text`` as people will see it on stdout, for a layout in columns."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if encoding.lower().startswith("utf") or text.isascii():
        return text
    return text.encode(encoding, FOR_PEOPLE).decode(encoding)


def window_width() -> int:
    """Columns of the window: ``$COLUMNS``, else of whichever stream is a terminal, else 80."""
    if columns := os.environ.get("COLUMNS"):
        return int(columns)  # checked at the start
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            return os.get_terminal_size(stream.fileno()).columns or 80
    return 80


def say(message: str) -> None:
    """A line on stderr.  A stderr that is closed is no reason to fail."""
    with contextlib.suppress(OSError, ValueError):
        print(message, file=sys.stderr)


def note(message: str) -> None:
    """A sentence on stderr, in a window broken between words."""
    if sys.stderr.isatty():
        from lstmcli.cli.output.wrapping import wrapped

        message = wrapped(message)
    say(message)


def complain(message: str, hint: str | None = None) -> None:
    """An error and what to do about it, on stderr, readable without colour."""
    from lstmcli.cli.output.console import safe

    note(f"error: {safe(message)}")
    if hint:
        note(f"hint: {safe(hint)}")


def failed(error: OSError) -> None:
    """Complains about an error of the system: of a file, of stdout, or of whatever a library tried."""
    if error.filename is not None:
        name = error.filename if isinstance(error.filename, str) else os.fsdecode(error.filename)
        complain(f"{name}: {error.strerror}")
    elif error.errno in _OF_WRITING:
        unwritten(error)
    elif "temporary directory" in str(error.strerror):  # tempfile found none; libraries need one, too
        complain(f"there is no place for temporary files: {error.strerror}", "name a folder with room in $TMPDIR")
    else:
        complain(f"the system refuses: {error.strerror}")


_OF_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def unwritten(error: Exception) -> None:
    """Complains that stdout took no more."""
    code = getattr(error, "errno", None)
    reason = getattr(error, "strerror", None) or error
    hint = "free some space where it goes" if code in (errno.ENOSPC, errno.EDQUOT) else None
    if code == errno.EFBIG:
        hint = "raise the limit on the size of files: ulimit -f"
    complain(f"cannot write the output: {reason}", hint)


def abandon(stream: TextIO) -> None:
    """The reader of ``stream`` has gone: what is still written, at exit too, goes nowhere."""
    with contextlib.suppress(OSError, ValueError):  # in tests there is no file behind the stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Talk:
    """stderr.  Nobody reads it any more, or its disk is full: that is no reason to stop working."""

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
    """Ends the process once what was written is out and exit handlers have run.

    Taking the interpreter and a loaded model apart, object by object, would be a tenth of a cold start.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            pass
        except (OSError, ValueError) as error:
            if stream is sys.stderr:
                continue  # talk
            unwritten(error)
            code = code or 1
    os._exit(code)


def stdin() -> BinaryIO:
    """Standard input as bytes, on a descriptor of its own.

    A thread may still wait in it when the program ends, and Python would fail to close ``sys.stdin`` then.
    """
    try:
        return os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    except (OSError, ValueError):  # in tests there is no file behind the stream
        return sys.stdin.buffer


def is_live(spec: str) -> bool:
    """Whether lines arrive over time: a pipe or a terminal, on stdin or by name."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode if spec == "-" else Path(spec).stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


class Arrivals(Generic[T]):
    """Items of a slow iterable, read by a thread, so that ``ready`` can tell whether one is there already.

    What the iterable raises is raised here, after the items before it.  The thread runs ahead by
    ``most`` items, or ``most_weight`` characters, so memory stays flat.
    """

    def __init__(self, items: Iterable[T], most: int = 4096, most_weight: int = 4_000_000) -> None:
        self._items, self._most, self._most_weight = items, most, most_weight
        self._queue: deque[T] = deque()
        self._taken: deque[T] = deque()
        self._weight = 0
        self._ended = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._alone = not self._started()

    def _started(self) -> bool:
        """Whether there is a thread for it; without one, items are read when they are asked for."""
        if not startable(1):
            return False
        threading.Thread(target=self._read, daemon=True).start()
        return True

    def ready(self) -> bool:
        """Whether the next item, or the end, is there without waiting."""
        return bool(self._taken or self._queue) or self._ended

    def __iter__(self) -> Iterator[T]:
        if self._alone:
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
