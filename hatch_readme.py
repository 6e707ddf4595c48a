"""Makes the package's description, which is shown where there are no other files, of README.md.

``LSTM_SOURCE_URL`` is the address of the repository; a release sets it.  Links to files become links to the release
there; without an address they become text, and pictures are left out.  What needs a checkout is replaced by ``pip
install``.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).resolve().parent
CHECKOUT = re.compile(r"(?s)<!-- checkout -->\n.*?<!-- /checkout -->\n")
INSTALL = """\
With Python 3.10 or later: install, then train and use three small models on built-in samples (about three minutes).

```sh
python3 -m venv .venv && .venv/bin/pip install -q lstmcli && .venv/bin/lstm demo
```

"""
LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^)\s:#]+)(#[^)\s]*)?\)")


def description(readme: str, source: str, version: str) -> str:
    """The README for a page that has no files beside it.

    Args:
        source: address of the repository, or "".
    """

    def link(found: re.Match[str]) -> str:
        picture, label, path, anchor = found.groups()
        if not source:
            return "" if picture else str(label)
        kind = "raw" if picture else "blob"
        return f"{picture}[{label}]({source}/{kind}/v{version}/{path}{anchor or ''})"

    return LINK.sub(link, CHECKOUT.sub(lambda _: INSTALL, readme))


class ReadmeHook(MetadataHookInterface):  # type: ignore[misc]
    def update(self, metadata: dict[str, Any]) -> None:
        """Sets the description and, where it is known, the address of the source."""
        source = os.environ.get("LSTM_SOURCE_URL", "").rstrip("/")
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        init = (ROOT / "src" / "lstmcli" / "__init__.py").read_text(encoding="utf-8")
        version = re.findall(r'^__version__ = "(.*)"$', init, flags=re.MULTILINE)[0]
        metadata["readme"] = {"content-type": "text/markdown", "text": description(readme, source, version)}
        metadata["urls"] = {"Source": source, "Documentation": f"{source}/tree/v{version}/docs"} if source else {}
