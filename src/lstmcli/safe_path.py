"""Keep the working directory off the module search path.

Files in the working directory are data: a ``typer.py`` beside a model must not be imported.  Python puts the directory
on the path for ``python -m``, ``python -c`` and an empty entry of ``$PYTHONPATH``, which a line like
``export PYTHONPATH=$PYTHONPATH:/my/modules`` leaves by accident.  A directory named in ``$PYTHONPATH`` stays.

This module imports only what Python itself has already loaded at start-up, so not even ``__future__``.
"""

import os
import sys

_START = "import sys; sys.path[:] = [entry for entry in sys.path if entry]; "
"""With ``-c`` the working directory is the empty entry; Python 3.11 added ``-P`` for this."""


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
    """The command line of a Python process that runs ``code`` with ``arguments`` in ``sys.argv[1:]``.

    Raises:
        FileNotFoundError: the path of the Python interpreter is unknown.
    """
    if not sys.executable:
        raise FileNotFoundError("there is no Python interpreter to start")
    return [sys.executable, "-c", _START + code, *(arguments or ())]


def lstm_command(arguments: list[str]) -> list[str]:
    """The command line that runs ``lstm`` in a process of its own.  Raises as ``python_command`` does."""
    return python_command("from lstmcli.__main__ import main; main()", arguments)


def child_environment(more: dict[str, str] | None = None) -> dict[str, str]:
    """The environment for a child process: this one's, without empty entries in ``$PYTHONPATH``.

    With an empty entry, Python would import ``sitecustomize`` from the working directory before anything else runs.
    """
    environment = {**os.environ, **(more or {})}
    if named := environment.get("PYTHONPATH"):
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, named.split(os.pathsep)))
    return environment
