"""ONNX Runtime as we use it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_it_keeps_no_record_of_us_and_has_none_to_send(tmp_path: Path) -> None:
    """Some builds of ONNX Runtime do so from the moment they are imported, unless they are told not to."""
    hidden = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    places = {name: str(tmp_path) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    code = "import lstmcli.engine.runtime"
    subprocess.run([sys.executable, "-B", "-c", code], check=True, env={**hidden, **places}, cwd=tmp_path, timeout=120)
    assert not list(tmp_path.iterdir())
