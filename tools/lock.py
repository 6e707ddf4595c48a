"""Writes requirements.lock: what ``pip install .`` brings on this machine, each file by its hash.

    python tools/lock.py

The versions are those of constraints.txt; the hashes are of the files that pip would install here, as its report has
them.  Hashes from other machines stay in the file as long as the version is the same, so that it can be written on
one platform after another.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# Written by tools/lock.py from constraints.txt: what `pip install .` brings, and what builds it, each file by its hash.
# Use: pip install --require-hashes -r requirements.lock && pip install --no-deps --no-build-isolation .
# Files are those for: {platforms}.  torch is PyTorch's CPU build.
"""


def report() -> list[dict[str, Any]]:
    """What pip would install, without installing it; wheels only, for to build is to run code of the package."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        options = ["--only-binary", ":all:", "--report", str(path), "-c", "constraints.txt", ".", "hatchling"]
        subprocess.run([*pip, *options], cwd=ROOT, check=True)
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["install"]
    return [entry for entry in found if "dir_info" not in entry["download_info"]]


def lines(constraints: str, entries: list[dict[str, Any]], before: str) -> list[str]:
    """The lines of the lock file, by name.

    Raises:
        ValueError: a package that is not pinned, or is not in its pinned version.
    """
    found = {canonicalize_name(entry["metadata"]["name"]): entry for entry in entries}
    kept = {line.split(" --hash=")[0]: set(re.findall(r"--hash=\S+", line)) for line in before.splitlines()}
    result, locked = [], set()
    for line in constraints.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        hashes = set(kept.get(line, ()))
        here = requirement.marker is None or requirement.marker.evaluate()
        if here and name not in found:
            continue  # no longer needed
        if here:
            version = Version(found[name]["metadata"]["version"]).public
            if f"=={version}" != str(requirement.specifier):
                raise ValueError(f"{line!r}, and pip takes {version}")
            hashes.add(f"--hash=sha256:{found[name]['download_info']['archive_info']['hashes']['sha256']}")
            locked.add(name)
        if hashes:
            result.append(" ".join([line, *sorted(hashes)]))
    if missing := set(found) - locked:
        raise ValueError(f"not pinned in constraints.txt: {', '.join(sorted(missing))}")
    return result


def main() -> None:
    path = ROOT / "requirements.lock"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    here = f"{sys.platform} {_machine()}, Python {sys.version_info.major}.{sys.version_info.minor}"
    noted = re.search(r"^# Files are those for: (.*?)\.  torch", before, flags=re.MULTILINE)
    platforms = sorted({here, *(noted[1].split("; ") if noted else ())})
    body = lines((ROOT / "constraints.txt").read_text(encoding="utf-8"), report(), before)
    path.write_text(HEAD.format(platforms="; ".join(platforms)) + "\n".join(body) + "\n", encoding="utf-8")
    print(f"{len(body)} packages in {path.name}")


def _machine() -> str:
    import platform

    return platform.machine()


if __name__ == "__main__":
    main()
