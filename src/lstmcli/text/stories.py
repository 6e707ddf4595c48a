"""Short stories of children and animals, made from sentence patterns that were written for this project.

A story has a child who has or wants a thing, loses it, breaks it or shares it, and finds help.  Whatever a sentence
takes up again, the name, he or she, the colour, the thing, the friend, the place, stands some sentences back: a model
must remember it.  The patterns are few enough for a small model to learn in a minute, and every story is another.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

STORIES = 5000
SEED = 1
"""Always the same stories."""

GIRLS = ("Mia", "Anna", "Lucy", "Nora", "Ella", "Zoe")
BOYS = ("Tom", "Ben", "Max", "Leo", "Sam", "Paul")
COLOURS = ("red", "blue", "green", "yellow", "white", "black")
THINGS = ("ball", "kite", "boat", "hat", "drum", "lamp")
PLACES = (
    ("garden", "under the old apple tree"),
    ("park", "behind a bench"),
    ("forest", "between two tall trees"),
    ("kitchen", "under the table"),
    ("school", "behind the door"),
    ("market", "next to a basket of pears"),
)
ANIMALS = ("dog", "cat", "goat", "duck", "pony", "fox")
WEATHER = ("It was a warm and sunny day", "It was a cold morning", "The rain had just stopped", "The wind was strong")
FAMILY = ("mother", "father", "sister", "aunt")

BEGINNINGS = (
    "{name} had a {colour} {thing}.",
    "Once there was a {child} called {name}, who had a {colour} {thing}.",
    "{weather}, and {name} was in the {place} with {his} {colour} {thing}.",
    "{name} got a {colour} {thing} from {his} {relative}.",
)
SETTINGS = (
    "Every day {he} took it to the {place}.",
    "{he} liked to play with it in the {place}.",
    "{he} took the {thing} along to the {place} to show it to {friend}.",
    "One day {he} went to the {place} with {his} friend {friend}.",
)
LOST = (
    "But when {he} looked for the {thing}, it was gone.",
    "In the evening {name} saw that {his} {thing} was not there any more.",
    "Then a {animal} came, took the {thing} and ran away.",
)
SAD = ("{name} was sad.", "{name} began to cry.", '"Where is my {thing}?" {he} asked.', "{he} did not know what to do.")
SEARCH = (
    "{friend} helped {him} to look for it.",
    '"I will help you," said {friend}.',
    '{his} {relative} asked, "What is wrong?" and {he} told everything about the {colour} {thing}.',
    "{he} and {friend} looked for it everywhere in the {place}.",
)
FOUND = (
    "At last they found the {thing} {spot}.",
    "There it was, {spot}: a {colour} {thing}!",
    "A {animal} showed them where the {colour} {thing} was.",
)
BROKEN = (
    "But the {thing} fell down and broke.",
    "Then {friend} dropped the {thing}, and it broke.",
    "A {animal} jumped on the {thing}, and it was broken.",
)
MENDED = (
    "{his} {relative} mended it with a piece of string.",
    "{friend} said that {friend_he} was sorry and helped {him} to mend it.",
    "They took the {thing} home, and {his} {relative} made it as good as new.",
)
WANTED = (
    "{friend} wanted to have a {thing} too.",
    '"May I have the {thing} for a day?" asked {friend}.',
    "{friend} had never seen such a {colour} {thing}.",
)
SHARED = (
    "So {name} gave the {thing} to {friend}, and {friend_he} gave it back the next day.",
    '{name} thought about it and said, "We can share it."',
    "{he} let {friend} play with the {thing} all afternoon.",
)
ENDINGS = (
    "{name} was happy again and thanked {friend}.",
    "From that day on {name} took good care of {his} {colour} {thing}.",
    "Then {name} and {friend} went home and ate bread with honey.",
    "{he} was so glad that {he} sang all the way home.",
)
PLOTS = (
    (BEGINNINGS, SETTINGS, LOST, SAD, SEARCH, FOUND, ENDINGS),
    (BEGINNINGS, SETTINGS, BROKEN, SAD, MENDED, ENDINGS),
    (BEGINNINGS, SETTINGS, WANTED, SHARED, ENDINGS),
)


class _Dice:
    """Choices that are the same with every version of Python, as ``random.choice`` need not be."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def one(self, values: Sequence[str]) -> str:
        return values[self.below(len(values))]

    def below(self, n: int) -> int:
        return int(self._random.random() * n)


def stories(n: int = STORIES, seed: int = SEED) -> Iterator[str]:
    """``n`` stories, each on one line and each another."""
    dice, told = _Dice(seed), set[str]()
    while len(told) < n:
        story = _story(dice)
        if story not in told:
            told.add(story)
            yield story


def _story(dice: _Dice) -> str:
    words = _cast(dice)
    plot = PLOTS[dice.below(len(PLOTS))]
    return " ".join(_sentence(dice.one(patterns), words) for patterns in plot)


def _cast(dice: _Dice) -> dict[str, str]:
    """Who and what a story is about."""
    girl = dice.below(2) == 0
    names = GIRLS if girl else BOYS
    name = dice.one(names)
    friend = dice.one([other for other in (*GIRLS, *BOYS) if other != name])
    place, spot = PLACES[dice.below(len(PLACES))]
    return {
        **{"name": name, "friend": friend, "place": place, "spot": spot},
        **{"child": "girl" if girl else "boy", "he": "she" if girl else "he", "his": "her" if girl else "his"},
        **{"him": "her" if girl else "him", "friend_he": "she" if friend in GIRLS else "he"},
        **{"colour": dice.one(COLOURS), "thing": dice.one(THINGS), "animal": dice.one(ANIMALS)},
        **{"relative": dice.one(FAMILY), "weather": dice.one(WEATHER)},
    }


def _sentence(pattern: str, words: Mapping[str, str]) -> str:
    text = pattern.format_map(words)
    return text[0].upper() + text[1:]
