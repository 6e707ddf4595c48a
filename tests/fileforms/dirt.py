"""Labels that are missing, or spelled in two ways."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs


def _dirty(m: Maker, marks: tuple[str, ...], name: str = "data.csv") -> Case:
    labels, texts = m.labels("good bad", 140), m.texts("review", 140)
    written = [marks[i // 14 % len(marks)] if i % 14 == 5 else c for i, c in enumerate(labels)]
    kept = [row for i, row in enumerate(pairs(texts, labels)) if i % 14 != 5]
    why = "(missing|no class|no label|not a label|left out)"
    found = [f"'{mark}'".replace("?", r"\?") for mark in marks if mark]
    named = tuple(f"{why}.*{mark}|{mark}.*{why}" for mark in found)
    return Case(
        m.csv(name, "text,label", zip(texts, written, strict=True)),
        (classify(kept, says=("10|no label|missing",)),),
        said=(named,),
    )


@form("dirt", "NaN, nan and nothing")
def dirt_nan(m: Maker) -> Case:
    return _dirty(m, ("NaN", "nan", ""))


@form("dirt", "N/A, #N/A (Excel), n/a")
def dirt_na(m: Maker) -> Case:
    return _dirty(m, ("N/A", "#N/A", "n/a"))


@form("dirt", "NULL, null, None")
def dirt_null(m: Maker) -> Case:
    return _dirty(m, ("NULL", "null", "None"))


@form("dirt", "a hyphen, a question mark: unknown, or two more classes: said")
def dirt_marks(m: Maker) -> Case:
    return _dirty(m, ("-", "?"))


@form("dirt", "numbers that pandas made floats: 1.0, 0.0, nan")
def dirt_float_labels(m: Maker) -> Case:
    labels, texts = m.labels("0.0 1.0", 140), m.texts("review", 140)
    written = ["nan" if i % 14 == 5 else c for i, c in enumerate(labels)]
    kept = [row for i, row in enumerate(pairs(texts, labels)) if i % 14 != 5]
    ways = (classify(kept), classify([(t, (c[0][0],)) for t, c in kept]))
    return Case(m.csv("data.csv", "text,label", zip(texts, written, strict=True)), ways, said=(("nan",),))


@form("dirt", "a real class 'none', a third of the rows: it stays")
def dirt_real_none(m: Maker) -> Case:
    labels, texts = m.labels("none racism sexism", 150), m.texts("tweet", 150)
    return Case(
        m.csv("hate.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels)),),
        said=(("none", "missing|no label"),),
    )


@form("dirt", "Positive, positive, POSITIVE")
def dirt_case(m: Maker) -> Case:
    labels, texts = m.labels("Positive positive POSITIVE negative Negative", 150), m.texts("review", 150)
    merged = [label.lower() for label in labels]
    return Case(
        m.csv("data.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels), says=("Positive", "case")), classify(pairs(texts, merged), says=("Positive",))),
    )


@form("dirt", "blanks and no-break blanks around labels, two blanks inside")
def dirt_blanks(m: Maker) -> Case:
    written, texts = (
        m.labels(("very good", "very good ", " very good", "very  good", "bad", "bad\u00a0"), 150),
        m.texts("review", 150),
    )
    merged = [" ".join(label.split()) for label in written]
    tidy = [label.strip() for label in written]
    ways = (classify(pairs(texts, merged)), classify(pairs(texts, tidy), says=("very  good|blank|space|same",)))
    return Case(m.csv("data.csv", "text,label", zip(texts, written, strict=True)), ways)


@form("dirt", "1 and 1.0, 0 and 0.0")
def dirt_one_and_one_point_zero(m: Maker) -> Case:
    labels, texts = m.labels("1 1.0 0 0.0", 150), m.texts("review", 150)
    merged = [label[0] for label in labels]
    ways = (classify(pairs(texts, labels), says=(r"1\.0",)), classify(pairs(texts, merged), says=(r"1\.0",)))
    return Case(m.csv("data.csv", "text,label", zip(texts, labels, strict=True)), ways)


@form("dirt", "labels in quotation marks within quotation marks: '\"good\"' and good")
def dirt_quoted(m: Maker) -> Case:
    labels, texts = m.labels(('"good"', "good", "bad", "'bad'"), 150), m.texts("review", 150)
    merged = [label.strip("'\"") for label in labels]
    ways = (classify(pairs(texts, merged)), classify(pairs(texts, labels), says=("good",)))
    return Case(m.csv("data.csv", "text,label", zip(texts, labels, strict=True)), ways)


@form("dirt", "umlauts composed and decomposed: Präzise as one letter and as two")
def dirt_unicode(m: Maker) -> Case:
    labels, texts = m.labels(("Pr\u00e4zise", "Pra\u0308zise", "Unklar"), 150), m.texts("de", 150)
    merged = [label.replace("a\u0308", "\u00e4") for label in labels]
    ways = (classify(pairs(texts, merged)), classify(pairs(texts, labels), says=("Präzise|Pra",)))
    return Case(m.csv("data.csv", "text,label", zip(texts, labels, strict=True)), ways)


@form("dirt", "spelling: positve once among positive: a single example is named")
def dirt_typo(m: Maker) -> Case:
    labels, texts = m.labels("positive negative", 150), m.texts("review", 150)
    labels[17] = "positve"
    return Case(
        m.csv("data.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels), says=("positve",)),),
    )


@form("dirt", "label column empty in all rows of a file to be labelled")
def dirt_all_empty(m: Maker) -> Case:
    texts = m.texts("review", 100)
    path = m.csv("todo.csv", "text,label", ((t, "") for t in texts))
    return Case(path, (Refused(("label",)), Want("lm", count=100, says=("label",))))


@form("dirt", "one class only: refused, and the other column named")
def dirt_one_class(m: Maker) -> Case:
    texts = m.texts("review", 100)
    path = m.csv(
        "Fake.csv", "text,label,subject", ((t, "fake", ("News", "politics")[i % 2]) for i, t in enumerate(texts))
    )
    return Case(path, (Refused(("only one label|one label", "label")),), said=(("subject", "--label-column"),))
