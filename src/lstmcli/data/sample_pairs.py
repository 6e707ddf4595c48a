"""Pairs of texts made by rules that were written for this project: dates to normalise, sentences to translate."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

V = TypeVar("V")

DATES, SENTENCES, PAIR_SEED = 4000, 5000, 1
"""Always the same pairs."""

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST, DAYS = datetime.date(1950, 1, 1), 36_525
DATE_FORMS = (
    "{day} {month} {year}",
    "{month} {day}, {year}",
    "{weekday}, {day} {month} {year}",
    "{weekday}, {month} {day}, {year}",
    "{ordinal} of {month} {year}",
    "{month} {ordinal}, {year}",
    "{day} {short} {year}",
    "{short}. {day}, {year}",
    "{day:02}.{number:02}.{year}",
    "{day}.{number}.{year}",
    "{year}/{number:02}/{day:02}",
    "{year}年{number}月{day}日",
)


class StableRandom:
    """Random choices that are the same in every version of Python, unlike ``random.choice``."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, limit: int) -> int:
        """A whole number from 0 to below ``limit``."""
        return int(self._random.random() * limit)

    def one(self, values: Sequence[V]) -> V:
        return values[self.below(len(values))]


class Person(NamedTuple):
    english: str
    chinese: str
    third: bool
    """Whether the verb ends with s."""


class Deed(NamedTuple):
    verb: str
    third: str
    past: str
    object: str
    chinese: str


PEOPLE = (
    *(Person("I", "我", False), Person("you", "你", False), Person("he", "他", True), Person("she", "她", True)),
    *(Person("we", "我们", False), Person("they", "他们", False), Person("the teacher", "老师", True)),
    *(Person("my mother", "我妈妈", True), Person("his brother", "他哥哥", True), Person("her friend", "她朋友", True)),
    *(Person("the children", "孩子们", False), Person("the doctor", "医生", True)),
)
DEEDS = (
    Deed("drink", "drinks", "drank", "tea", "喝茶"),
    Deed("drink", "drinks", "drank", "milk", "喝牛奶"),
    Deed("eat", "eats", "ate", "rice", "吃米饭"),
    Deed("eat", "eats", "ate", "an apple", "吃一个苹果"),
    Deed("read", "reads", "read", "a book", "看一本书"),
    Deed("read", "reads", "read", "the newspaper", "看报纸"),
    Deed("write", "writes", "wrote", "a letter", "写一封信"),
    Deed("sing", "sings", "sang", "a song", "唱一首歌"),
    Deed("learn", "learns", "learned", "Chinese", "学中文"),
    Deed("learn", "learns", "learned", "English", "学英语"),
    Deed("play", "plays", "played", "football", "踢足球"),
    Deed("cook", "cooks", "cooked", "dinner", "做晚饭"),
    Deed("buy", "buys", "bought", "flowers", "买花"),
    Deed("watch", "watches", "watched", "a film", "看一部电影"),
)
PLACES = (
    *(("", ""), ("at home", "在家"), ("at school", "在学校"), ("in the park", "在公园")),
    *(("in the garden", "在花园里"), ("in Beijing", "在北京"), ("at the station", "在车站")),
)
NOW, PAST, FUTURE = (
    (("every day", "每天"), ("on Sundays", "星期天"), ("in the evening", "晚上"), ("in the morning", "早上")),
    (("yesterday", "昨天"), ("last week", "上个星期"), ("last night", "昨天晚上")),
    (("tomorrow", "明天"), ("next week", "下个星期"), ("tonight", "今天晚上")),
)


def dates(n: int = DATES, seed: int = PAIR_SEED) -> Iterator[dict[str, str]]:
    """Dates as people write them, and as ISO 8601 does."""
    dice = StableRandom(seed)
    for _ in range(n):
        date = FIRST + datetime.timedelta(days=dice.below(DAYS))
        month = MONTHS[date.month - 1]
        words = {"day": date.day, "number": date.month, "year": date.year, "month": month, "short": month[:3]}
        form = dice.one(DATE_FORMS)
        text = form.format(**words, weekday=WEEKDAYS[date.weekday()], ordinal=_ordinal(date.day))
        yield {"source": text, "target": date.isoformat()}


def _ordinal(day: int) -> str:
    end = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{end}"


def sentences(n: int = SENTENCES, seed: int = PAIR_SEED) -> Iterator[dict[str, str]]:
    """Different English sentences of a few patterns, and the same in Chinese."""
    dice, made = StableRandom(seed), set[str]()
    while len(made) < n:
        english, chinese = _sentence(dice)
        if english not in made:
            made.add(english)
            yield {"source": english, "target": chinese}


def _sentence(dice: StableRandom) -> tuple[str, str]:
    person, deed, place = dice.one(PEOPLE), dice.one(DEEDS), dice.one(PLACES)
    kind = dice.one(("plain", "not", "asked", "past", "future"))
    time = dice.one({"past": PAST, "future": FUTURE}.get(kind, NOW))
    does = "does" if person.third else "do"
    verb = {
        "plain": deed.third if person.third else deed.verb,
        "not": f"{does} not {deed.verb}",
        "past": deed.past,
        "future": f"will {deed.verb}",
        "asked": deed.verb,
    }[kind]
    words = [does, person.english] if kind == "asked" else [person.english]
    english = " ".join(word for word in (*words, verb, deed.object, place[0], time[0]) if word)
    before, after = {"not": ("不", ""), "past": ("", "了"), "future": ("要", "")}.get(kind, ("", ""))
    chinese = f"{person.chinese}{time[1]}{before}{place[1]}{deed.chinese}{after}"
    ends = ("?", "吗？") if kind == "asked" else (".", "。")
    return english[0].upper() + english[1:] + ends[0], chinese + ends[1]
