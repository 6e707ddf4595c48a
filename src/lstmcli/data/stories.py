"""Short stories of children, made from sentences that were written for this project.

A story is about one thing: somebody gets it, uses it, meets with trouble, is helped, and all ends well.  What the
sentences have in common, the thing and whether it is he or she, goes from the first to the last: a model must remember
it.  The sentences are few enough for a small model to learn in half a minute, and no two stories are the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

V = TypeVar("V")
STORIES = 5000
STORY_SEED = 1
"""Always the same stories."""

CHILDREN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "kite": ("girl", ("Mia", "Ida")),
    "boat": ("boy", ("Tom", "Ben")),
    "ball": ("girl", ("Anna", "Zoe")),
    "drum": ("boy", ("Max", "Leo")),
    "lamp": ("girl", ("Lucy", "Ruth")),
    "cake": ("boy", ("Sam", "Paul")),
    "puppy": ("girl", ("Nora", "Ella")),
    "coat": ("boy", ("Noah", "Finn")),
}
"""Who has what."""
COLOURS = ("red", "blue", "green", "yellow", "white", "black")
FAMILY = ("mother", "father", "sister", "brother", "aunt", "uncle")
WEATHER = ("It was a warm and sunny day", "It was a cold morning", "The rain had just stopped", "It was Sunday")

BEGINNINGS = (
    "{name} had a {colour} {thing}.",
    "Once there was a {child} called {name}, who had a {colour} {thing}.",
    "{weather}, and {name} was at home with {his} {colour} {thing}.",
    "{name} got a {colour} {thing} from {his} {relative}.",
    "{name} had always wanted a {thing}, and now {he} had a {colour} one.",
)
FEELINGS = ("{he} was sad.", "{he} began to cry.", "{he} did not know what to do.", '"Oh no!" {he} said.')
ENDINGS = (
    "{he} was happy again and went home to eat bread with honey.",
    "{he} was so glad that {he} sang all the way home.",
    "That evening {he} told {his} {relative} everything.",
    "{he} thought that it was the best day of the year.",
)
THEMES: Mapping[str, Sequence[Sequence[str]]] = {
    "kite": (
        ("{he} ran up the hill, and the kite rose into the sky.", "The wind was strong, and the kite flew high."),
        ("Then the string broke, and the kite flew away.", "But the kite came down in the top of a tall tree."),
        ("A boy climbed up the tree and got the kite down.", "A bird flew up and brought the string back."),
        ("Now the kite has a new string and flies higher than before.", "They flew the kite until the wind stopped."),
    ),
    "boat": (
        ("{he} put the boat on the pond, and it sailed well.", "The boat went down the river, and {he} ran beside it."),
        ("Then water came into the boat, and it sank.", "But the boat stopped in the middle of the pond."),
        ("A duck pushed the boat back to the shore.", "A man with a long stick pulled the boat out of the water."),
        ("Now the boat is dry and sails every day.", "They mended the sail, and the boat crossed the pond."),
    ),
    "ball": (
        ("{he} kicked the ball from one end of the field to the other.", "{he} threw the ball up and caught it again."),
        ("Then the ball broke a window.", "But the ball rolled under a car and would not come out."),
        ("The woman in the house was kind and gave the ball back.", "A dog crept under the car and fetched the ball."),
        ("They played until it was dark, and {he} kicked three goals.", "Now {he} plays with the ball in the field."),
    ),
    "drum": (
        ("{he} played the drum from morning till night.", "{he} played the drum, and everybody began to dance."),
        ("Then the drum had a hole and made no sound.", "But it was too loud, and the baby woke up."),
        ("An old man who made drums put a new skin on it.", "A girl showed {him} how to play the drum softly."),
        ("Now {he} plays the drum in a band.", "They made music together, and it sounded good."),
    ),
    "lamp": (
        ("At night {he} lit the lamp and read a book.", "{he} took the lamp down into the dark cellar."),
        ("Then the light went out, and it was dark.", "But the lamp fell on the floor, and the glass broke."),
        ("A neighbour came with a match and lit the lamp again.", "A man in the shop had a new glass for the lamp."),
        ("Now the lamp stands by the bed and gives a warm light.", "They sat around the lamp and told stories."),
    ),
    "cake": (
        ("{he} put the cake on a plate and wanted to eat it.", "There were seven candles on the cake."),
        ("Then the cat licked all the cream off.", "But the cake fell from the plate."),
        ("The baker heard of it and baked another one.", "A friend came and brought more cream and sugar."),
        ("They cut the cake, and everybody got a piece.", "In the end there was not a crumb left."),
    ),
    "puppy": (
        ("Every morning {he} took the puppy for a walk.", "The puppy slept at the end of {his} bed."),
        ("Then the puppy ran after a rabbit and did not come back.", "But the puppy was ill and would not eat."),
        ("A farmer found the puppy in the barn and brought it home.", "The doctor gave the puppy some medicine."),
        ("The puppy barked and licked {his} hand.", "Now the puppy is big and runs faster than {he} does."),
    ),
    "coat": (
        ("{he} put the coat on and went out into the snow.", "The coat was warm and had four buttons."),
        ("Then a button came off and rolled away.", "But the coat caught on a nail and was torn."),
        ("A tailor took a needle and mended the coat.", "A goose found the button in the grass."),
        ("Now the coat looks as good as new.", "{he} wore the coat all winter and was never cold."),
    ),
}


class StableRandom:
    """Random choices that are the same in every version of Python, unlike ``random.choice``."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def one(self, values: Sequence[V]) -> V:
        return values[self.below(len(values))]

    def below(self, limit: int) -> int:
        """A whole number from 0 to below ``limit``."""
        return int(self._random.random() * limit)


def stories(n: int = STORIES, seed: int = STORY_SEED) -> Iterator[str]:
    """``n`` different stories, one line each."""
    dice, told = StableRandom(seed), set[str]()
    while len(told) < n:
        story = _story(dice)
        if story not in told:
            told.add(story)
            yield story


def _story(dice: StableRandom) -> str:
    thing = dice.one(tuple(THEMES))
    child, names = CHILDREN[thing]
    girl = child == "girl"
    words = {
        **{"name": dice.one(names), "thing": thing, "colour": dice.one(COLOURS), "weather": dice.one(WEATHER)},
        **{"child": child, "he": "she" if girl else "he"},
        **{"his": "her" if girl else "his", "him": "her" if girl else "him"},
    }
    use, trouble, helped, good = THEMES[thing]
    patterns = map(dice.one, (BEGINNINGS, use, trouble, FEELINGS, helped, good, ENDINGS))
    return " ".join(_sentence(pattern, {**words, "relative": dice.one(FAMILY)}) for pattern in patterns)


def _sentence(pattern: str, words: Mapping[str, str]) -> str:
    """The pattern filled in, its first letter a capital."""
    text = pattern.format_map(words)
    start = 1 if text[0] == '"' else 0
    return text[:start] + text[start].upper() + text[start + 1 :]
