"""The model card, ``README.md`` of a model directory; what it says of a task is in that task's ``card.py``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lstmcli.model_dir.markdown import code, plain
from lstmcli.model_dir.results import ancestors, cross_validated


def model_card(
    config: Mapping[str, Any],
    *,
    tags: tuple[str, str],
    title: str,
    about: str,
    use: str,
    results: Iterable[str],
    limits: str,
    labels: str = "",
) -> str:
    """The model card as Markdown with front matter.

    Args:
        config: of the model, as in ``config.json``.
        tags: the Hub's name of what the model does, and a tag.
        use: commands that use it.
        results, labels: sections; what is empty is left out.
    """
    came_from = {"goes on from": ancestors(config.get("from", {}))}
    found = cross_validated(config.get("cross_validation", {}))
    parts = [
        f"---\nlibrary_name: lstmcli\npipeline_tag: {tags[0]}\ntags:\n- lstm\n- {tags[1]}\n---",
        f"# {title}",
        about,
        "## Use\n\n" + code(f"pip install lstmcli\n{use}"),
        "Run in this directory, or name it after `--model`. It needs no GPU and no network.",
        labels,
        "## Training",
        code(config["command"]),
        pairs({"trained": config["created"], "seed": str(config["seed"]), **came_from, **config["data"]}),
        "Versions: " + ", ".join(f"{plain(name)} {plain(v)}" for name, v in config["versions"].items()) + ".",
        f"Cross-validation, of models trained in this way on parts of the rows: {found}." if found else "",
        *results,
        "## Limits",
        limits,
    ]
    card = "\n\n".join(part for part in parts if part) + "\n"
    return card.encode("utf-8", "backslashreplace").decode()  # the command line may contain invalid bytes


def pairs(values: Mapping[str, Any]) -> str:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= {f"{name} {key}": inner for key, inner in value.items() if not isinstance(inner, (Mapping, list))}
        elif isinstance(value, (list, tuple)):
            flat[name] = "; ".join(map(str, value))
        else:
            flat[name] = value
    rows = [(plain(name.replace("_", " ")), amount(value)) for name, value in flat.items() if value not in (None, "")]
    return table(("", ""), rows)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def amount(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else plain(value)
