"""Runs the application with uvicorn: its socket, its signals and its end."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lstmcli.errors import LstmError, UsageError
from lstmcli.safe_files import read_plain
from lstmcli.serving.config import ServeConfig

KEEP_ALIVE = 60
"""Seconds that an idle connection is kept."""
BACKLOG = 2048


def serve(
    paths: Mapping[str, Path],
    config: ServeConfig,
    as_json: Callable[[Any], str],
    *,
    how: Mapping[str, Any],
    token_file: Path | None = None,
    on_start: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve models until a signal asks for the end; requests that have begun are answered.

    Args:
        paths: model directories by name.
        as_json: how results are written.
        how: engine, device and threads.
        token_file: a file with the token that requests must bring.
        on_start: called with the address once the server listens.

    Raises:
        UsageError: the extra is not installed, the token file is not usable, or models of a task cannot be served.
        ModelError: a model cannot be used.
        LstmError: the address cannot be used.
    """
    try:
        import uvicorn

        from lstmcli.serving.app import Server
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("fastapi", "uvicorn", "starlette", "pydantic"):
            raise
        hint = "pip install fastapi uvicorn"
        raise UsageError("serving needs FastAPI and uvicorn, which are not installed", hint=hint) from error
    from lstmcli.serving.metrics import Metrics
    from lstmcli.serving.models import Served

    token = None if token_file is None else read_token(token_file)
    metrics = Metrics()
    with _listening(config) as listener:
        models = {name: Served(name, path, how, metrics) for name, path in paths.items()}
        server = Server(models, config, metrics, as_json)

        class Quiet(uvicorn.Server):
            """Ends gently on the first signal, at once on the second; both are no failure."""

            @contextmanager
            def capture_signals(self) -> Iterator[None]:
                def end(number: int, frame: Any) -> None:
                    self.force_exit, self.should_exit, server.ending = self.should_exit, True, True

                before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
                try:
                    yield
                finally:
                    for number, handler in before.items():
                        signal.signal(number, handler)

            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                on_start(_url(listener, config))

        settings = uvicorn.Config(
            server.app(token),
            http="h11",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=int(config.timeout) + 5,
            backlog=BACKLOG,
        )
        Quiet(settings).run([listener])
        for served in models.values():
            served.worker.stop(1.0)


@contextmanager
def _listening(config: ServeConfig) -> Iterator[socket.socket]:
    """A socket that listens; bound before models are loaded, so that a port in use is reported at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise LstmError(f"{config.host} is no address: {error.strerror}", hint="give --host an address") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "choose another port with --port, or 0 for a free one"
            raise LstmError(f"cannot listen on {config.host}:{config.port}: {reason}", hint=hint) from error
        yield listener


def _url(listener: socket.socket, config: ServeConfig) -> str:
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{listener.getsockname()[1]}"


def read_token(path: Path) -> bytes:
    """The token in a file.

    Raises:
        UsageError: the file cannot be read, others can read it, or it holds no token.
    """
    hint = "write one line of at least 16 characters into it: openssl rand -hex 32"
    try:
        mode = path.stat().st_mode
        token = read_plain(path, 4096).strip()
    except OSError as error:
        raise UsageError(f"cannot be read: {(error.strerror or str(error)).lower()}", path=path, hint=hint) from error
    if os.name == "posix" and mode & 0o077:
        raise UsageError("other users can read the token", path=path, hint=f"chmod 600 {path}")
    if len(token) < 16 or not token.isascii() or len(token.split()) != 1:
        raise UsageError("holds no token", path=path, hint=hint)
    return token
