"""A server in a process of its own, and requests to it; nothing waits for ever."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from processes import started

SECONDS = 60
"""The most that anything takes."""


class Answer:
    """The answer to a request."""

    def __init__(self, found: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = found.status, found.headers, found.read()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """A running server."""

    def __init__(self, process: Any, port: int) -> None:
        self.process, self.port = process, port

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)

    def get(self, path: str, **headers: str) -> Answer:
        connection = self.connect()
        connection.request("GET", path, headers=headers)
        return Answer(connection.getresponse())

    def begin(self, path: str, body: Any, **headers: str) -> http.client.HTTPResponse:
        """Send a request; the answer is not read yet."""
        connection = self.connect()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request("POST", path, data, {"Content-Type": "application/json", **headers})
        return connection.getresponse()

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return Answer(self.begin(path, body, **headers))

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return int(self.process.wait(SECONDS))


@contextmanager
def serving(*arguments: str, cwd: Path) -> Iterator[Server]:
    """``lstm serve`` on a free port; it has ended with 0 at the end of the block."""
    command = [sys.executable, "-m", "lstmcli", "serve", *arguments, "--port", "0", "--threads", "1"]
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    with started(command, cwd=cwd, env=environment, stderr=-1, text=True) as process:
        watch = threading.Timer(SECONDS, process.kill)
        watch.start()
        said = ""
        for line in process.stderr:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:(\d+)$", line.strip()):
                break
        else:
            watch.cancel()
            raise AssertionError(said)
        watch.cancel()
        try:
            yield Server(process, int(found[1]))
        finally:
            if process.poll() is None:
                process.terminate()
        assert process.wait(SECONDS) == 0, process.stderr.read()


def events(found: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    """Server-sent events, as they come."""
    kind = ""
    for line in found:
        text = line.decode().strip()
        if text.startswith("event: "):
            kind = text[7:]
        elif text.startswith("data: "):
            yield kind, json.loads(text[6:])
