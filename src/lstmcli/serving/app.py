"""The application: paths, requests and answers.  ``guard.py`` stands before it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from lstmcli import __version__
from lstmcli.exporting.html import policy
from lstmcli.serving.answers import Waiting
from lstmcli.serving.config import ServeConfig
from lstmcli.serving.documents import docs_page, schema
from lstmcli.serving.errors import TOO_LARGE, Refusal, refusal
from lstmcli.serving.guard import Guard
from lstmcli.serving.metrics import Metrics
from lstmcli.serving.models import LOG, Served
from lstmcli.serving.operations import Operation
from lstmcli.training.events import Warned

PAGE = Path(__file__).parent / "page"
FILES = {"/": "index.html", "/page.js": "page.js", "/page.css": "page.css"}
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css"}
SAID = {400: "the request is not valid JSON", 404: "there is no such path", 405: "this path has another method"}
"""What the framework's own errors say."""
EVERY = 1.0
"""Seconds between two looks at the model directories."""
AsJson = Callable[[Any], str]
"""Writes a result as the command of its operation does with ``--format json``."""


class Server:
    """Answers requests to models.

    Args:
        models: by name.
        as_json: how results are written.
    """

    def __init__(self, models: Mapping[str, Served], config: ServeConfig, metrics: Metrics, as_json: AsJson) -> None:
        self.models, self.config, self.metrics, self._as_json = models, config, metrics, as_json
        self.operations = {name: o for served in models.values() for name, o in served.operations.items()}
        self.ending = False
        """No new requests should come: ``/ready`` says so."""

    def app(self, token: bytes | None = None) -> Guard:
        """The ASGI application."""
        app = FastAPI(
            title="lstm serve",
            version=__version__,
            docs_url=None,
            redoc_url=None,
            lifespan=self._watching,
        )
        for name, operation in self.operations.items():
            self._add(app, operation, f"/{name}")
            self._add(app, operation, f"/models/{{name}}/{name}")
        for path, file in FILES.items():
            self._add_file(app, path, file)
        app.add_api_route("/models/{name}/page", self._page, methods=["GET"], summary="A model that runs in a browser.")
        app.add_api_route("/models", self._list, methods=["GET"], summary="The models that are served.")
        app.add_api_route("/health", self._health, methods=["GET"], summary="Whether the server runs.")
        app.add_api_route("/ready", self._ready, methods=["GET"], summary="Whether it takes requests.")
        app.add_api_route("/metrics", self._metrics_text, methods=["GET"], summary="Counters, for Prometheus.")
        app.openapi = lambda: schema(app, self.operations.values())  # type: ignore[method-assign]
        app.add_api_route("/docs", lambda: docs_page(app.openapi()), methods=["GET"], include_in_schema=False)
        for kind in (RequestValidationError, HTTPException, Refusal):
            app.add_exception_handler(kind, _failed)
        return Guard(app, self.config, self.metrics, token)

    def _add(self, app: FastAPI, operation: Operation, path: str) -> None:
        async def answer(request: Request, body: Any) -> Response:
            try:
                return await self._answer(operation, request, body)
            except Exception as error:
                return await _failed(request, error)

        answer.__annotations__ = {"request": Request, "body": operation.request, "return": Response}
        in_path = "{" in path
        app.add_api_route(
            path,
            answer,
            methods=["POST"],
            summary=operation.about,
            operation_id=operation.name + "_by_model" * in_path,
            response_class=Response,
        )

    def _add_file(self, app: FastAPI, path: str, file: str) -> None:
        data, kind = (PAGE / file).read_bytes(), KINDS[Path(file).suffix]
        app.add_api_route(path, lambda: Response(data, media_type=kind), methods=["GET"], include_in_schema=False)

    async def _answer(self, operation: Operation, request: Request, body: Any) -> Response:
        """Raises: Refusal, LstmError."""
        request.scope["state"]["operation"] = operation.name
        served = self._served(operation, request.path_params.get("name"), body.model)
        request.scope["state"]["model"] = served.name
        texts = operation.texts(body)
        if texts > self.config.max_texts:
            raise Refusal(413, f"a request may have {self.config.max_texts:,} texts, not {texts:,}", TOO_LARGE)
        self.metrics.texts(operation.name, served.name, texts)
        waiting = Waiting(self.config.timeout)
        job = operation.make(served.model, body, waiting)
        if not job.items:
            return Response("[]", media_type="application/json")
        served.worker.submit(job)
        if operation.streams and body.stream:
            return StreamingResponse(self._stream(waiting), media_type="text/event-stream")
        warnings, results = [], None
        async for kind, value in waiting.events():
            if kind == "done":
                results = operation.whole(body, value)
            elif isinstance(value[1], Warned):
                warnings.append(value[1].message)
        headers = {"lstm-warnings": json.dumps(warnings)} if warnings else None
        return Response(self._json(results), media_type="application/json", headers=headers)

    def _json(self, results: Any) -> str:
        """In the form of ``--format json``."""
        if isinstance(results, list):
            return "[\n" + ",\n".join(map(self._as_json, results)) + "\n]\n"
        return self._as_json(results) + "\n"

    async def _stream(self, waiting: Waiting) -> AsyncIterator[str]:
        """Server-sent events: ``piece`` and ``warning`` as they come, ``text`` for each whole text, and ``done``."""
        try:
            async for kind, value in waiting.events():
                if kind == "done":
                    yield "event: done\ndata: {}\n\n"
                elif isinstance(value[1], Warned):
                    yield _sent("warning", {"prompt": value[0], "message": value[1].message})
                elif hasattr(value[1], "finish"):
                    yield f"event: text\ndata: {self._as_json(value[1])}\n\n"
                else:
                    yield _sent("piece", {"prompt": value[0], "sample": value[1].sample, "text": value[1].text})
        except Exception as error:
            _log(error)
            yield f"event: error\ndata: {refusal(error).body.decode()}\n\n"

    def _served(self, operation: Operation, *names: str | None) -> Served:
        """The model that is asked for.  Raises: Refusal."""
        able = [served for served in self.models.values() if operation.name in served.operations]
        given = [name for name in names if name is not None]
        if not given:
            if len(able) > 1:
                known = ", ".join(served.name for served in able)
                raise Refusal(422, "the request does not say which model", f'add "model", one of {known}')
            return able[0]
        if len(set(given)) > 1:
            raise Refusal(422, f"the path names the model {given[0]!r}, and the request {given[1]!r}")
        found = self.models.get(given[0])
        if found not in able:
            known = ", ".join(served.name for served in able)
            raise Refusal(404, f"there is no model {given[0]!r} that can {operation.name}", f"there is {known}")
        return found

    async def _list(self) -> Response:
        found = [
            {
                "name": served.name,
                "task": served.task.name,
                "title": served.task.title,
                "operations": list(served.operations),
                "labels": list(served.model.directory.labels),
                "checksum": served.checksum,
                "page": "export --to html" in served.task.features,
            }
            for served in self.models.values()
        ]
        return Response(json.dumps(found, ensure_ascii=False), media_type="application/json")

    async def _page(self, request: Request, name: str) -> Response:
        try:
            if name not in self.models:
                raise Refusal(404, f"there is no model {name!r}", f"there is {', '.join(self.models)}")
            page = await asyncio.to_thread(self.models[name].page)
        except Exception as error:
            return await _failed(request, error)
        headers = {"Content-Security-Policy": f"{policy()}; frame-ancestors 'none'"}
        return Response(page, media_type=KINDS[".html"], headers=headers)

    async def _health(self) -> Response:
        return Response('{"status": "ok"}', media_type="application/json")

    async def _ready(self) -> Response:
        if self.ending:
            raise Refusal(503, "the server is ending")
        return Response('{"status": "ready"}', media_type="application/json")

    async def _metrics_text(self) -> Response:
        return Response(self.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @asynccontextmanager
    async def _watching(self, app: FastAPI) -> AsyncIterator[None]:
        """While the server runs, look for replaced models."""

        async def watch() -> None:
            while True:
                await asyncio.sleep(EVERY)
                for served in self.models.values():
                    try:
                        await asyncio.to_thread(served.reload)
                    except Exception:
                        LOG.exception("%s cannot be loaded again", served.path)

        task = asyncio.create_task(watch())
        try:
            yield
        finally:
            task.cancel()


def _sent(event: str, data: Any) -> str:
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _failed(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        found = _invalid(error)
    elif isinstance(error, HTTPException):
        found = Refusal(error.status_code, SAID.get(error.status_code, str(error.detail)), "see /docs")
    else:
        _log(error)
        found = refusal(error)
    return Response(found.body, found.status, found.headers)


def _invalid(error: RequestValidationError) -> Refusal:
    """The first thing that is wrong with a request."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return Refusal(400, f"the request is not valid JSON: {first.get('ctx', {}).get('error', '')}")
    place = ".".join(str(part) for part in first["loc"][1:] if part not in ("str", "list[str]"))
    what = "there is no such field" if first["type"] == "extra_forbidden" else str(first["msg"]).lower()
    if first["loc"][-1] == "str":
        what = "should be a text or a list of texts"
    return Refusal(422, f"{place}: {what}" if place else f"the request: {what}", "see /docs")


def _log(error: BaseException) -> None:
    if refusal(error).status == 500:
        LOG.error("a request failed", exc_info=error)
