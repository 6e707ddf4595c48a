"""``lstm serve``: answer requests to models over HTTP."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from lstmcli.cli.io import logs, streams
from lstmcli.cli.options import common as o
from lstmcli.cli.options import completion
from lstmcli.cli.output.console import safe
from lstmcli.cli.typer_classes import Command
from lstmcli.engine.registry import check_engine
from lstmcli.serving.config import ServeConfig

CONFIG = ServeConfig()
LIMITS = o.Section("Limits")

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def serve(
    models: Annotated[
        list[str] | None,
        o.argument(
            *("MODEL", "Model directories, or NAME=DIR to choose the name of a model."),
            show_default="$LSTM_MODEL, else all in lstm-model",
            autocompletion=completion.models,
        ),
    ] = None,
    host: Annotated[
        str, o.MAIN.option("--host", "ADDRESS", "Address to listen on; 0.0.0.0 for every network.")
    ] = CONFIG.host,
    port: Annotated[int, o.MAIN.option("--port", "N", "Port to listen on; 0 takes a free one.")] = CONFIG.port,
    token_file: Annotated[
        Path | None,
        o.MAIN.option("--token-file", "FILE", "Refuse requests that do not bring the token in this file."),
    ] = None,
    threads: o.Threads = None,
    engine: o.ScoringEngine = None,
    device: o.Device = "auto",
    timeout: Annotated[
        float, LIMITS.option("--timeout", "SECONDS", "Seconds that an answer may take.")
    ] = CONFIG.timeout,
    max_bytes: Annotated[
        int, LIMITS.option("--max-bytes", "N", "Maximum size of a request in bytes.")
    ] = CONFIG.max_bytes,
    max_texts: Annotated[
        int, LIMITS.option("--max-texts", "N", "Maximum number of texts in a request.")
    ] = CONFIG.max_texts,
    max_requests: Annotated[
        int, LIMITS.option("--max-requests", "N", "Requests that are answered at the same time; more are refused.")
    ] = CONFIG.max_requests,
    quiet: o.Quiet = False,
) -> None:
    """Answer requests to models over HTTP: classify, generate, perplexity and translate.

    Answers have the form of `--format json` of the commands. Requests that come together are computed together. The
    address itself is a page to try the models, /docs describes every request, /openapi.json too, for programs.

    A model that is trained again and replaced is loaded again without a lost request. SIGTERM and Ctrl-C end the
    server after the requests that have begun are answered. Needs FastAPI and uvicorn: pip install 'lstmcli[serve]'.

    Examples:
      lstm serve
      lstm serve models/news models/reviews --port 9000
      lstm serve lang=models/language --host 0.0.0.0 --token-file token
    """
    check_engine(engine, device, scoring=True)
    config = ServeConfig(
        host=host, port=port, max_bytes=max_bytes, max_texts=max_texts, max_requests=max_requests, timeout=timeout
    )

    from lstmcli.cli.output.served import served
    from lstmcli.serving.names import named
    from lstmcli.serving.server import serve as run

    paths = named(models or _usual())
    for name in ("lstmcli.serving", "uvicorn.error"):
        logs.show(name)
    if not config.loopback and token_file is None:
        streams.note("warning: everybody who can reach this address can use the models; --token-file asks for a token")

    def say(url: str) -> None:
        if not quiet:
            names = ", ".join(f"{safe(name)} ({safe(str(path))})" for name, path in paths.items())
            streams.say(f"serving {names} on {url}")

    how = {"engine": engine, "device": device, "threads": threads}
    run(paths, config, served, how=how, token_file=token_file, on_start=say)


def _usual() -> list[str]:
    """The models of the working directory, or the one that the environment names."""
    from lstmcli.model_dir.directory import MODEL_VARIABLE, default_model_path
    from lstmcli.tasks import all_tasks

    found = [str(task.default_dir) for task in all_tasks() if task.default_dir.exists()]
    if os.environ.get(MODEL_VARIABLE) or not found:
        return [str(default_model_path(None))]
    return found
