"""Keep the working directory off the module search path.

Files of the working directory are data: a ``typer.py`` beside a model must not be imported.  Python puts that
directory on the path for ``python -m`` and ``python -c``, and for an empty entry of ``$PYTHONPATH``, which a line like
``export PYTHONPATH=$PYTHONPATH:/my/modules`` leaves by accident.  A directory that ``$PYTHONPATH`` names stays.

Only modules that Python itself has loaded before it runs anything are imported here; ``__future__`` is none of them.
"""

import os
import sys

_START = "import sys; sys.path[:] = [entry for entry in sys.path if entry]; "
"""With ``-c`` the working directory is the empty entry; Python has ``-P`` for this from 3.11 on."""


def clean_search_path(started_with_m: bool) -> None:
    """Remove the working directory from this process's search path, before any other module is loaded.

    Args:
        started_with_m: Python was started with ``-m``, so it put the working directory first.
    """
    try:
        here = os.getcwd()  # noqa: PTH109  # no pathlib yet
    except OSError:  # it was deleted: nothing can be imported from it
        return
    safe = bool(getattr(sys.flags, "safe_path", False))
    if started_with_m and not safe and sys.path and sys.path[0] in ("", here):
        del sys.path[0]
    named = "" if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "")
    entries = named.split(os.pathsep)
    if named and "" in entries and here not in map(os.path.abspath, filter(None, entries)):
        own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH120, PTH100  # no pathlib yet
        sys.path[:] = [entry for entry in sys.path if entry and (entry != here or here == own)]


def python_command(code: str, arguments: list[str] | None = None) -> list[str]:
    """The command line of a Python process that runs ``code``; ``sys.argv[1:]`` are the arguments there.

    Raises:
        FileNotFoundError: this process runs without an interpreter that can be started.
    """
    if not sys.executable:
        raise FileNotFoundError("there is no Python interpreter to start")
    return [sys.executable, "-c", _START + code, *(arguments or ())]


def lstm_command(arguments: list[str]) -> list[str]:
    """The command line that runs ``lstm`` in a process of its own.  Raises as ``python_command`` does."""
    return python_command("from lstmcli.__main__ import main; main()", arguments)


def child_environment(more: dict[str, str] | None = None) -> dict[str, str]:
    """The environment of a child process: ours, without empty entries in ``$PYTHONPATH``.

    With them Python would import ``sitecustomize`` from the working directory, before it runs anything else.
    """
    environment = {**os.environ, **(more or {})}
    if named := environment.get("PYTHONPATH"):
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, named.split(os.pathsep)))
    return environment
