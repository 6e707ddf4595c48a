"""Programs, documents and pages that an export contains, as templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, /, **values: Any) -> bytes:
    """A file of an export.  Nothing is escaped but what the template says."""
    return _environment().get_template(template).render(**values).encode()


def source(name: str) -> str:
    """The text of a file beside this module."""
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("lstmcli.exporting"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
