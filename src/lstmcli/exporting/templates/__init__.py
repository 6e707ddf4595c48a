"""Programs and documents that an export contains, as templates."""

from __future__ import annotations

from typing import Any


def render(template: str, /, **values: Any) -> bytes:
    """A file of an export.  It is a program or a document, not a page: nothing is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("lstmcli.exporting"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**values).encode()
