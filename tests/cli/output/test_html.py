"""Templates: shipped with the package, and none of them takes text as it comes."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.resources import files

import pytest

from lstmcli.cli.output import html

FOLDER = files("lstmcli.cli.output") / "templates"
TEMPLATES = sorted(entry.name for entry in FOLDER.iterdir())


def test_every_template_is_there() -> None:
    assert {"base.html", "inspection.html", "experiment.html", "plot.html", "style.css"} <= set(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_escapes_all_it_shows(name: str) -> None:
    source = FOLDER.joinpath(name).read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe|autoescape|Markup", source)
    source = source.replace('xmlns="http://www.w3.org/2000/svg"', "")  # a name, not an address
    assert not re.search(r"https?:|url\(|@import|<script|<link|<img|\son\w+=", source)


def test_text_is_escaped_and_its_controls_are_visible() -> None:
    environment = html._environment()
    template = environment.from_string('<a title="{{ text }}">{{ text }}</a>')
    shown = "&lt;a href=&#34;x&#34;&gt;&amp;␀\ufffd\n"
    assert template.render(text='<a href="x">&\x00\u2028\n') == f'<a title="{shown}">{shown}</a>'


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(Exception, match="nothing"):
        html._environment().from_string("{{ nothing }}").render()


def test_jinja_is_imported_for_pages_only() -> None:
    code = (
        "import lstmcli.cli.output.html, lstmcli.cli.output.experiment.tables, sys; assert 'jinja2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
