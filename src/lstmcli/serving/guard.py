"""What stands before the application: who may ask, how much at once, and what is counted."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from lstmcli.serving.config import LOOPBACK, ServeConfig
from lstmcli.serving.errors import TOO_LARGE, Refusal
from lstmcli.serving.metrics import Metrics

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OPEN = frozenset(("/", "/page.js", "/page.css", "/docs", "/openapi.json", "/health", "/ready"))
"""Paths that need no token: they tell nothing of the models."""
UNLIMITED = OPEN | {"/metrics", "/models"}
"""Paths that are answered however many requests are running."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DRAINED = 16
"""How many times more than the maximum of a body is read before the connection is closed."""
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]


class Guard:
    """An ASGI application around another.

    Args:
        token: what a request must bring as its bearer token; None: nothing.
    """

    def __init__(self, app: App, config: ServeConfig, metrics: Metrics, token: bytes | None) -> None:
        self._app, self._config, self._metrics, self._token = app, config, metrics, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, start, status = scope["path"], time.perf_counter(), 500
        limited = path not in UNLIMITED

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in message["headers"]}
                added = [header for header in HEADERS if header[0] not in own]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        self._metrics.running += limited
        try:
            try:
                self._admit(scope, path, limited)
                receive = await self._body(scope, receive)
            except Refusal as error:
                await refuse(error, sending)
                return
            await self._app(scope, receive, sending)
        finally:
            self._metrics.running -= limited
            state = scope.get("state", {})
            if limited:
                seconds = time.perf_counter() - start
                operation, model = state.get("operation", ""), state.get("model", "")
                self._metrics.request(operation, model, status, seconds)

    def _admit(self, scope: Scope, path: str, limited: bool) -> None:
        """Raises: Refusal."""
        scope.setdefault("state", {})
        headers = dict(scope["headers"])
        if self._config.loopback:  # a page of another site could reach it under a name of its own
            name = headers.get(b"host", b"").decode("latin-1")
            if _host_of(name) not in LOOPBACK:
                raise Refusal(421, f"this server is not {name}", "ask for localhost, or start it with --host")
        if self._token is not None and path not in OPEN:
            kind, _, given = headers.get(b"authorization", b"").partition(b" ")
            if kind.lower() != b"bearer" or not hmac.compare_digest(given.strip(), self._token):
                raise Refusal(401, "the token is missing or wrong", "send it as Authorization: Bearer TOKEN")
        if limited and self._metrics.running > self._config.max_requests:
            raise Refusal(503, f"{self._config.max_requests} requests are being answered already", wait=True)
        if scope["method"] == "POST":
            kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
            if kind != b"application/json":  # also keeps forms of other sites out
                raise Refusal(415, "a request is JSON", "send Content-Type: application/json")

    async def _body(self, scope: Scope, receive: Receive) -> Receive:
        """Read the body, and replay it.  Raises: Refusal."""
        if scope["method"] != "POST":
            return receive
        most = self._config.max_bytes
        parts, size, more = [], 0, True
        deadline = time.perf_counter() + self._config.timeout
        while more:
            try:
                message = await asyncio.wait_for(receive(), max(0.001, deadline - time.perf_counter()))
            except asyncio.TimeoutError:
                raise Refusal(408, "the request did not arrive in time") from None
            if message["type"] == "http.disconnect":
                raise Refusal(400, "the request ended early")
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
            if size <= most:
                parts.append(message.get("body", b""))
            else:
                parts.clear()  # read on, for a client reads the answer only once it has sent everything
            if size > DRAINED * most:
                break
        if size > most:
            raise Refusal(413, f"a request may have {most:,} bytes", TOO_LARGE)
        whole: list[Message] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        return replay


def _host_of(name: str) -> str:
    """The host of a ``Host`` header, without its port."""
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0].lower()


async def refuse(error: Refusal, send: Send) -> None:
    body = error.body
    headers = [(name.encode(), value.encode()) for name, value in error.headers.items()]
    headers.append((b"content-length", str(len(body)).encode()))
    if error.status in (408, 413):
        headers.append((b"connection", b"close"))  # the rest of the body is not read
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
