"""Builds the documentation as a web site, in English and Chinese, from docs/ and the pages at the top level.

    pip install zensical
    python tools/site.py [FOLDER]

The default is ``build/site``; open ``index.html`` there.  Pages link each other, and files outside docs/, as they do
in the source; here they become pages of one site.  It needs no network, loads nothing from elsewhere, and fails on a
link that leads nowhere.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
OUTSIDE = {
    "README.md": "index.md",
    "SECURITY.md": "security.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/RESULTS.md": "benchmarks.md",
}
"""Pages outside docs/, and their names in the site; the README has become the index."""
NAV = {
    ("Start", "开始"): ("index", "install", "tutorial"),
    ("For you", "按用途"): ("for-engineers", "for-linguists", "for-students", "for-researchers"),
    ("Commands", "命令"): (
        *("train", "tune", "classify", "translate", "generate", "perplexity", "compare", "inspect"),
        *("neighbours", "export", "push", "serve", "info", "demo"),
    ),
    ("Reference", "参考"): ("data", "output", "config", "model-directory", "python", "python-reference"),
    ("Background", "原理"): ("how-it-works", "architectures", "scale", "reliability", "benchmarks"),
    ("Project", "项目"): ("security", "contributing", "architecture", "changelog"),
}
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
FENCE = re.compile(r"(?ms)(^```.*?^```[^\n]*$)")
JOINED = re.compile(
    r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff01-\uff60”…])\n *(?=[\u3000-\u303f\u4e00-\u9fff\uff01-\uff60“])"
    r"|(?<=[，。；：、（）！？”])\n *(?=[\w`\[*])(?!\d+\. )"
)
"""Where a line ends inside Chinese text: a browser would show a space there."""
LANGUAGES = {"en": ("lstm", "English"), "zh": ("lstm 文档", "中文")}


def sources(language: str) -> dict[Path, str]:
    """The file of each page of a language, and its name in the site."""
    folder = DOCS if language == "en" else DOCS / language
    pages = {path: path.name for path in sorted(folder.glob("*.md"))}
    if language == "en":
        pages |= {ROOT / path: name for path, name in OUTSIDE.items() if name != "index.md"}
    return pages


def places(language: str) -> dict[Path, str]:
    """Where a page of a language may link to: a file of the source, and its address in the site."""
    found: dict[Path, str] = {}
    for other in ("zh", "en"):
        before = "" if other == language else {"en": "../", "zh": "zh/"}[other]
        for path, name in sources(other).items():
            found[path] = name if not before else before + name.replace(".md", ".html")
    found[ROOT / "README.md"] = "index.md"
    before = "" if language == "en" else "../"
    for path in (*DOCS.glob("*.svg"), *DOCS.glob("*.png")):
        found[path] = before + path.name
    for path in (ROOT / "src" / "lstmcli" / "schemas").glob("*.json"):
        found[path] = f"{before}schemas/{path.name}"
    return found


def staged(path: Path, text: str, known: dict[Path, str]) -> str:
    """The text of a page with its links as they are in the site; a link to another file of the source becomes text.

    Raises:
        ValueError: a link leads nowhere.
    """

    def link(found: re.Match[str]) -> str:
        mark, label, target = found.groups()
        label = LINK.sub(link, label)
        if "://" in target or target.startswith("#"):
            return f"{mark}[{label}]({target})"
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve()
        if not file.exists():
            raise ValueError(f"{path.relative_to(ROOT)}: {target} is not there")
        if file not in known:
            return label
        return f"{mark}[{label}]({known[file]}{'#' * bool(anchor)}{anchor})"

    parts = FENCE.split(text)
    return "".join(part if i % 2 else marked(LINK.sub(link, JOINED.sub("", part))) for i, part in enumerate(parts))


def marked(text: str) -> str:
    """Code that breaks in the right places only: options nowhere, long lists of values in tables after each."""

    def values(found: re.Match[str]) -> str:
        return '<code class="option">' + html.escape(found[1]).replace(r"\|", "&#124;<wbr>") + "</code>"

    rows = re.sub(r"(?m)^\|.*$", lambda row: re.sub(r"`([^`]*\\\|[^`]*)`", values, row[0]), text)
    return re.sub(r"(`--?[\w-]+(?:, --[\w-]+)*(?: [\w.]+)?`)(?![{`])", r"\1{.option}", rows)


def config(language: str, pages: set[str]) -> str:
    """The configuration of zensical, in TOML; strings of JSON are strings of TOML."""
    chinese = language == "zh"
    nav = [
        {titles[chinese]: [f"{name}.md" for name in names if f"{name}.md" in pages]} for titles, names in NAV.items()
    ]
    lines = [f"{{ {_text(title)} = {_text(names)} }}" for entry in nav for title, names in entry.items() if names]
    rest = sorted(pages - {f"{name}.md" for names in NAV.values() for name in names})
    if rest:
        raise ValueError(f"not in the navigation of tools/site.py: {', '.join(rest)}")
    home = {"en": ("./", "./zh/index.html"), "zh": ("../index.html", "./")}[language]
    alternate = [
        f"{{ name = {_text(LANGUAGES[code][1])}, link = {_text(link)}, lang = {_text(code)} }}"
        for code, link in zip(LANGUAGES, home, strict=True)
    ]
    light, dark = ("切换到深色", "切换到浅色") if chinese else ("Switch to dark mode", "Switch to light mode")
    return f"""\
[project]
site_name = {_text(LANGUAGES[language][0])}
docs_dir = "pages"
site_dir = "html"
use_directory_urls = false
nav = [{", ".join(lines)}]
extra.generator = false
extra.alternate = [{", ".join(alternate)}]
extra_css = ["site.css"]

[project.theme]
language = {_text(language)}
font = false
features = ["content.code.copy", "navigation.footer", "navigation.sections", "navigation.top", "search.highlight"]

[[project.theme.palette]]
media = "(prefers-color-scheme: light)"
scheme = "default"
toggle = {{ icon = "lucide/sun", name = "{light}" }}

[[project.theme.palette]]
media = "(prefers-color-scheme: dark)"
scheme = "slate"
toggle = {{ icon = "lucide/moon", name = "{dark}" }}

[project.markdown_extensions]
attr_list = {{}}
md_in_html = {{}}
tables = {{}}
toc.permalink = true
toc.slugify = {{ object = "pymdownx.slugs.slugify", kwds = {{ case = "lower" }} }}
pymdownx.highlight.pygments_lang_class = true
pymdownx.superfences = {{}}
"""


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


CSS = """\
.md-typeset table:not([class]) { font-size: .7rem; }
.md-typeset table:not([class]) td:first-child code, .md-typeset code.option { white-space: nowrap; }
.md-typeset table:not([class]) code wbr { white-space: normal; }
.md-typeset img[src$=".svg"] { display: block; margin: 1rem auto; max-width: 100%; }
@media (max-width: 44.9em) {
  .md-typeset table:not([class]) { font-size: .62rem; }
  .md-typeset table:not([class]) th { min-width: 3rem; }
  .md-typeset table:not([class]) :is(td, th) { padding: .6em .7em; }
  .md-typeset table:not([class]) td:first-child code:not(.option) { white-space: normal; word-break: normal; }
}
"""


def build(folder: Path, language: str) -> Path:
    """Build the site of one language; returns its folder."""
    place = folder / language
    shutil.rmtree(place, ignore_errors=True)
    (place / "pages").mkdir(parents=True)
    known = places(language)
    pages = sources(language)
    for path, name in pages.items():
        (place / "pages" / name).write_text(staged(path, path.read_text(encoding="utf-8"), known), encoding="utf-8")
    (place / "pages" / "site.css").write_text(CSS, encoding="utf-8")
    if language == "en":
        for path, name in known.items():
            if path.suffix in (".svg", ".png", ".json"):
                (place / "pages" / name).parent.mkdir(exist_ok=True)
                shutil.copy(path, place / "pages" / name)
    (place / "zensical.toml").write_text(config(language, set(pages.values())), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    subprocess.run(command, cwd=place, check=True)
    return place / "html"


def link_twins(site: Path) -> None:
    """Let the switch of languages lead to the same page, where both languages have it."""
    for page in {path.name for path in (site / "zh").glob("*.html")} - {"404.html"}:
        for path, links in ((site / page, ("", "zh/")), (site / "zh" / page, ("../", ""))):
            text = path.read_text(encoding="utf-8")
            for language, link in zip(LANGUAGES, links, strict=True):
                end = f'hreflang="{language}"'
                text = re.sub(f'href="[^"]*" {end}', f'href="{link}{page}" {end}', text)
            path.write_text(text, encoding="utf-8")


class Page(HTMLParser):
    """The links and anchors of a built page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        self.links += [values[name] for name in ("href", "src") if values.get(name)]


def broken(site: Path) -> Iterator[str]:
    """Links of a built site that lead nowhere in it, and what it would load from elsewhere."""
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html") if path.name != "404.html"}
    for path, page in pages.items():
        for link in page.links:
            name, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", name):
                continue
            target = (path.parent / name).resolve() if name else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                yield f"{path.relative_to(site)}: {link} is not there"
            elif anchor and target in pages and anchor not in pages[target].anchors:
                yield f"{path.relative_to(site)}: {link}: no such heading"


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "site").resolve()
    work = folder.parent / f"{folder.name}-pages"
    built = {language: build(work, language) for language in LANGUAGES if sources(language)}
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(built["en"], folder)
    if "zh" in built:
        shutil.copytree(built["zh"], folder / "zh")
        link_twins(folder)
    found = list(broken(folder))
    for line in found:
        print(f"error: {line}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
