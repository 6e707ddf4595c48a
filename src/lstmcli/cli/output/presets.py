"""The list of presets, with their papers."""

from __future__ import annotations

from collections.abc import Iterator

from lstmcli.cli.language import of_display


def lines() -> Iterator[str]:
    """A line for each preset, and below it what is known of its source."""
    from lstmcli.language_modeling.presets import RECIPES

    for name, recipe in RECIPES.items():
        yield f"{name}: {of_display(recipe.about)}"
        facts = {"paper": recipe.source, "published": recipe.published, "differs": recipe.differs}
        for what, text in facts.items():
            if text:
                yield f"  {of_display(what)}: {of_display(text)}"
