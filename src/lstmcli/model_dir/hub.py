"""Models of the Hugging Face Hub, by ``hub:OWNER/NAME`` or ``hub:OWNER/NAME@REVISION``.

Files are fetched and cached by huggingface_hub, and only those that a model directory may hold.  Its cache consists of
links, which a model directory must not have, so the files are copied, once for each revision.  They are verified like
those of any other model.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from lstmcli.cache import cache_folder
from lstmcli.data.hub import go_offline_without_network
from lstmcli.errors import LstmError, ModelError, UsageError
from lstmcli.model_dir.atomic import write_directory
from lstmcli.model_dir.directory import HUB_PREFIX, MODEL_FILES, read_model

LOG = logging.getLogger("lstmcli.hub")
_NAME = re.compile(r"(?P<repository>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(@(?P<revision>[\w][\w./-]*))?", re.ASCII)


class HubName(NamedTuple):
    """A model of the Hub."""

    repository: str
    """OWNER/NAME."""
    revision: str | None
    """A branch, a tag or a commit; None: the default branch."""


def hub_name(given: str) -> HubName:
    """What ``hub:OWNER/NAME@REVISION`` names.  Raises: ModelError."""
    found = _NAME.fullmatch(given.removeprefix(HUB_PREFIX))
    if found is None:
        raise ModelError("is no name of a model of the Hub", path=given, hint="write hub:OWNER/NAME@REVISION")
    return HubName(found["repository"], found["revision"])


def model_path(given: str | os.PathLike[str]) -> Path:
    """A model directory that a program names, fetched if it is one of the Hub.  Raises: ModelError."""
    return fetch(given) if isinstance(given, str) and given.startswith(HUB_PREFIX) else Path(given)


def fetch(given: str) -> Path:
    """The directory of a model of the Hub; its revision and checksum are logged.

    Raises:
        ModelError: there is no such model, no network, or it is damaged or not a model of lstm.
    """
    name = hub_name(given)
    with explained(given):
        prepare_library()
        from huggingface_hub import snapshot_download

        snapshot = Path(
            str(snapshot_download(name.repository, revision=name.revision, allow_patterns=list(MODEL_FILES)))
        )
    place = cache_folder() / "hub" / name.repository.replace("/", "--") / snapshot.name
    if not place.exists():
        files = {file: (snapshot / file).read_bytes() for file in MODEL_FILES if (snapshot / file).is_file()}
        write_directory(place, files, replace=False)
    model = read_model(place)
    LOG.info("%s: revision %s, checksum %s", given, snapshot.name, model.config["checksum"])
    return place


def prepare_library() -> None:
    """Import huggingface_hub, without progress bars, and without attempts if there is no network.

    Raises:
        UsageError: it is not installed.
    """
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    go_offline_without_network("huggingface_hub")
    try:
        import huggingface_hub  # noqa: F401
    except ImportError as error:
        hint = "pip install 'lstmcli[hub]'"
        raise UsageError("the Hub needs huggingface_hub, which is not installed", hint=hint) from error


@contextmanager
def explained(given: str) -> Iterator[None]:
    """Turns any error of the library, which has no base class for them, into a ``ModelError`` of one line."""
    try:
        yield
    except LstmError:
        raise
    except Exception as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        hint = "check the name, that there is a network, and for a private one that you are logged in: hf auth login"
        raise ModelError(f"the Hub does not give it: {lines[0][:300]}", path=given, hint=hint) from error
