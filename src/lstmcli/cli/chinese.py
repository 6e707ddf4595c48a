"""Messages in Chinese: they are recognised by the templates of the catalogue when they are shown.

A template has ``{0}`` for a value, ``{0#}`` for a number and ``{0~}`` for a word such as "is" that a translation may
leave out.  A value may be a text of the program itself, and is then translated, too.  A translation asks for that of a
single word with ``{0=}``.  The name of a file and a colon may stand before any message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from lstmcli.cli.language import catalogue
from lstmcli.plural import count

_HOLE = re.compile(r"(\{\d+[#~=]?\})")
_PATTERNS = {"#": r"([-+]?[\d.,]+(?:e[+-]?\d+)?|-?inf|nan)", "~": r"(\w*)", "": "(.*?)"}
_PREFIX = re.compile(r"(error|hint|warning|note): (?=\S)")
_PLACE = re.compile(r"(?:(.*), )?(?:line|row) (\d+)(?:: (.+))?", re.DOTALL)
_REMARK = re.compile(r"(.+) \((.+)\)", re.DOTALL)
_ONE = re.compile(r"1 ([a-z][a-z -]{1,30})")
_QUOTED = re.compile(r"([\"']).*\1", re.DOTALL)
_LIST = re.compile(r"(?:(?:'[^']*'|`[^`]*`|[^\s,;:'`][^\s,;:]*)(?:, | and | or |$))+(?<=\S)")
"""Quoted texts and single words: nothing in it is translated but the words between them."""
_SPACE = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef]) (?=[\u2e80-\u9fff\uff00-\uffef])")
"""Between Chinese characters, where a value has been translated."""
_TOUCHING = re.compile("[\u4e00-\u9fff][\\w$'\"`-]|[\\w'\"`][\u4e00-\u9fff]", re.ASCII)
_MARKS = {"; ": "；", ", ": "，", ": ": "："}
_MARK = re.compile("; |, |: ")
_JOINT = re.compile("(?=; |, |: | )")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_QUOTES = re.compile("""('[^']*'|"[^"]*"|`[^`]*`)""")
_BRACKETS = re.compile(r" ?\(([^()]*[\u4e00-\u9fff][^()]*)\)")
_HALF = re.compile(
    r"(?<=[\u4e00-\u9fff\uff00-\uffef])(?:: |, |; )|(?:: |, |; )(?=[\u4e00-\u9fff\uff00-\uffef]|\d+ [\u4e00-\u9fff])|; "
)
"""Marks beside Chinese, or before a number of something."""
MAX_LENGTH, MAX_REMARK, MAX_PARTS = 2000, 300, 12
"""Longer messages stay in English; longer values have no remark of the program at their end, and longer lists none."""
MAX_KEPT = 1000
"""Messages that are kept translated; a progress display has new numbers all the time."""


class Found(NamedTuple):
    """A text in Chinese as far as it is known, and how many letters of it are."""

    text: str
    letters: int = 0
    begins: bool = False
    """Whether the first of them is known, so that no place stands before it."""


def translated(text: str) -> str:
    """A message in Chinese; what is not known stays in English."""
    if len(text) > MAX_LENGTH:
        return text
    prefix = _PREFIX.match(text)
    found = _message(text[prefix.end() :] if prefix else text).text
    return _SPACE.sub("", f"{catalogue('words')[prefix[1]]}：{found}" if prefix else found)


def with_wide_marks(text: str) -> str:
    """A text that was put together, with Chinese marks beside Chinese; what is quoted stays."""
    if not _CHINESE.search(text):
        return text
    parts = _QUOTES.split(text)
    for n in range(0, len(parts), 2):
        parts[n] = _HALF.sub(lambda mark: _MARKS[mark[0]], _BRACKETS.sub(r"（\1）", parts[n]))
    return "".join(parts)


@dataclass(frozen=True)
class Template:
    """A message with holes."""

    english: str
    chinese: str

    @cached_property
    def texts(self) -> list[str]:
        """What is between the holes, and before and after them."""
        return _HOLE.split(self.english)[::2]

    @cached_property
    def letters(self) -> int:
        """How much of a text it explains."""
        return _letters("".join(self.texts))

    @property
    def is_telling(self) -> bool:
        """Whether it has enough letters of its own not to be found by chance."""
        return self.letters >= (6 if re.match(r"\{\d+\}", self.english) or "~}" in self.english else 3)

    @cached_property
    def _pattern(self) -> tuple[re.Pattern[str], list[list[str]]]:
        """A regular expression, and the holes that each of its groups fills: several in a row cannot be told apart."""
        pattern, holes = "", list[list[str]]()
        for n, part in enumerate(_HOLE.split(self.english)):
            kind = part[-2:-1] if part[-2:-1] in _PATTERNS else ""
            if n % 2 == 0:
                pattern += re.escape(part)
            elif not kind and pattern.endswith(_PATTERNS[""]):
                holes[-1].append(part)
            else:
                pattern += _PATTERNS[kind]
                holes.append([part])
        return re.compile(pattern, re.DOTALL), holes

    def match(self, text: str) -> Found | None:
        """The translation of ``text`` if it is this message."""
        pattern, holes = self._pattern
        found = pattern.fullmatch(text)
        if found is None:
            return None
        values: dict[str, str] = {}
        for group, whole in zip(holes, found.groups(), strict=True):
            values |= zip(group, _divided(whole, len(group)), strict=True)
        parts, letters = _HOLE.split(self.chinese), self.letters
        for n in range(1, len(parts), 2):
            value = values[parts[n].replace("=", "")]
            if "=" in parts[n] and " " in value and value not in catalogue("words"):
                return None  # not a word
            filled = Found(catalogue("words").get(value, value)) if "=" in parts[n] else _filling(value)
            parts[n], letters = filled.text, letters + filled.letters
        return Found(_set(parts), letters, begins=bool(self.texts[0]))


def _set(parts: list[str]) -> str:
    """Texts one after another, with a space where Chinese and Latin characters would touch."""
    text = ""
    for part in filter(None, parts):
        touching = text[-1:] + part[0]
        text += " " * bool(_TOUCHING.fullmatch(touching)) + part
    return text


@cache
def _templates() -> list[tuple[str, str, list[str], Template]]:
    """The templates with holes, by how they begin and end and what is between, the most telling first."""
    found = [Template(*entry) for entry in catalogue("messages").items() if _HOLE.search(entry[0])]
    found = sorted((each for each in found if each.is_telling), key=lambda each: -each.letters)
    return [(each.texts[0], each.texts[-1], each.texts, each) for each in found]


@cache
def _exact() -> dict[str, str]:
    return {english.lower(): chinese for english, chinese in catalogue("messages").items()}


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


@lru_cache(MAX_KEPT)
def _known(text: str) -> Found:
    """A text that is one message."""
    if exact := _exact().get(text.lower()):
        return Found(exact, _letters(text), begins=True)
    one = _ONE.fullmatch(text)
    if one and (several := _exact().get(f"{{0#}} {count(2, one[1])[2:]}".lower())):
        return Found(several.replace("{0#}", "1"), _letters(text), begins=True)
    for first, last, texts, template in _templates():
        if text.startswith(first) and text.endswith(last) and all(part in text for part in texts):
            found = template.match(text)
            if found is not None:
                return found
    return Found(text)


def _filling(value: str) -> Found:
    """A value in a message: what is a text of the program in it, translated; never what is quoted."""
    plain = value.strip()
    if not plain or _QUOTED.fullmatch(plain):
        return Found(value)
    if _LIST.fullmatch(plain):
        return Found(plain.replace(" and ", " 和 ").replace(" or ", " 或 "))
    found = _message(plain)
    if found.letters:
        return found
    if mark := _MARK.match(value):
        return Found(_MARKS[mark[0]] + value[2:])
    for joint in re.finditer(r"(?<=['\"]); | (?=\()", plain):
        rest = _message(plain[joint.start() :].strip())
        if rest.letters:
            return Found(plain[: joint.start()] + rest.text, rest.letters)
    return Found(value)


@lru_cache(MAX_KEPT)
def _message(text: str) -> Found:
    """A message, which may stand behind the place that it is about, or among others."""
    if not re.search(r"[A-Za-z]{2}", text):
        return Found(text)
    place = _PLACE.fullmatch(text)
    if place and (place[3] or place[1]):
        where = f"{_filling(place[1]).text}，第 {place[2]} 行" if place[1] else f"第 {place[2]} 行"
        return Found(f"{where}：{_message(place[3]).text}" if place[3] else where, _letters(text))
    found = _behind_place(text)
    if not found.begins and (_MARK.match(text) or "; " in text):
        found = max(_joined(text), found, key=lambda each: each.letters)
    if not found.letters and (remark := _REMARK.fullmatch(text)):
        message = _message(remark[1])
        found = Found(f"{message.text}（{_filling(remark[2]).text}）", message.letters)
    return found if found.letters else _joined(text)


def _behind_place(text: str) -> Found:
    """A message that may stand behind the name of a file and a colon; the name may have colons, too."""
    best, place = _known(text), ""
    if best.begins:
        return best
    for colon in re.finditer(": ", text):
        message = _known(text[colon.end() :])
        if "; " in text[: colon.start()]:
            break
        if message.letters > best.letters or (message.letters == best.letters > 0 and (message.begins or not place)):
            place = _place(text[: colon.start()])
            best = Found(f"{place}{message.text}", message.letters)
            if message.begins:
                break
    return best


def _place(text: str) -> str:
    """What stands before a message, and a colon: the name of a file, of a split, or both."""
    first, colon, rest = text.partition(": ")
    if split := catalogue("words").get(f"{first}:"):
        return split + (_place(rest) if colon else "")
    return f"{_filling(text).text}："


def _joined(text: str) -> Found:
    """Messages with a mark between them, or before them."""
    if mark := _MARK.match(text):
        message = _message(text[2:])
        return Found(_MARKS[mark[0]] + message.text, message.letters) if message.letters else Found(text)
    for between, chinese in _MARKS.items():
        parts = text.split(between)
        for n in range(len(parts) - 1 if len(parts) < MAX_PARTS else 0, 0, -1):
            head, rest = between.join(parts[:n]), between.join(parts[n:])
            first = _behind_place(head) if n > 1 else _message(head)
            if first.letters and (remark := _known(between + rest)).letters:
                return Found(first.text + remark.text, first.letters + remark.letters)
            if between != ": " and (first.letters or n == 1):
                others = _message(rest)
                if letters := first.letters + others.letters:
                    return Found(first.text + chinese + others.text, letters)
    parts = re.split(", | and ", text)
    if len(parts) > 1 and all(part.letters for part in map(_known, parts)):
        return Found("、".join(part.text for part in map(_known, parts)), _letters(text))
    return Found(text)


def _divided(text: str, parts: int) -> list[str]:
    """What fills several holes in a row: all but the first are short texts of the program, or empty."""
    if parts == 1:
        return [text]
    joints = [joint.start() for joint in _JOINT.finditer(text, max(0, len(text) - MAX_REMARK))]
    for joint in sorted(joints, key=lambda at: text[at : at + 2] not in (*_MARKS, " (")):
        rest = _divided(text[joint:], parts - 1)
        if all(not each or _message(each.strip()).letters for each in rest):
            return [text[:joint], *rest]
    return [text, *[""] * (parts - 1)]
