"""More tables without a header: rare first rows, floats, few rows, companions that differ."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, classify, form, pairs


@form("headerless", "the first row's label occurs nowhere else")
def headerless_rare_first(m: Maker) -> Case:
    labels, texts = ["neutral", *m.labels("good bad", 119)], m.texts("review", 120)
    path = m.csv("data.csv", None, zip(texts, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels)),), said=(("header", "neutral"),))


@form("headerless", "the class as a float: 1.0 in the first row")
def headerless_float_class(m: Maker) -> Case:
    labels, texts = ["1.0", *m.labels("0.0 1.0", 119)], m.texts("review", 120)
    return Case(m.csv("data.csv", None, zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "the first text is a single word, its class 2")
def headerless_one_word(m: Maker) -> Case:
    labels, texts = ["2", *m.labels("1 2", 119)], ["Super", *m.texts("review", 119)]
    return Case(m.csv("data.csv", None, zip(labels, texts, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "training without a header, the test file with one")
def headerless_test_with_header(m: Maker) -> Case:
    labels, texts = ["1", *m.labels("0 1", 119)], m.texts("review", 120)
    others, more = m.labels("0 1", 40), m.texts("review", 40)
    path = m.csv("train.csv", None, zip(labels, texts, strict=True))
    test = m.csv("test.csv", "label,text", zip(others, more, strict=True))
    right = classify(pairs(texts, labels), test=pairs(more, others))
    return Case(
        path,
        (right, Refused(("test.csv", "header|column"))),
        said=(("test.csv", "header"),),
        options={"test": str(test)},
    )


@form("headerless", "--label-column 1 alone: class first, two texts; first class 3")
def headerless_label_number(m: Maker) -> Case:
    labels, a, b = ["3", *m.labels("1 2 3", 119)], m.texts("headline", 120), m.texts("plain", 120)
    path = m.csv("data.csv", None, zip(labels, a, b, strict=True))
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), options={"label_column": "1"})


@form("headerless", "five rows only, tabs")
def headerless_five_rows(m: Maker) -> Case:
    labels, texts = ["1", "0", "1", "0", "1"], m.texts("review", 5)
    path = m.lines("few.tsv", map("\t".join, zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels)),), said=(("header",),))


@form("headerless", "a header over five rows only")
def header_over_five_rows(m: Maker) -> Case:
    labels, texts = ["a", "b", "a", "b", "a"], m.texts("review", 5)
    return Case(m.csv("few.csv", "sentence,label", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "UCI's shape, the first text short and without a full stop: Loved it, tab, 1; its test file too")
def headerless_short_first_text(m: Maker) -> Case:
    labels, texts = ["1", *m.labels("0 1", 99)], ["Loved it", *m.texts("review", 99)]
    others, more = ["1", *m.labels("0 1", 39)], ["Would come back", *m.texts("review", 39)]
    path = m.lines("train.txt", map("\t".join, zip(texts, labels, strict=True)))
    test = m.lines("test.txt", map("\t".join, zip(more, others, strict=True)))
    right = classify(pairs(texts, labels), test=pairs(more, others))
    return Case(path, (right,), options={"test": str(test)})


@form("headerless", "words as classes, the first text short; its valid file begins with a short text too")
def headerless_words_short_first(m: Maker) -> Case:
    labels, texts = ["good", *m.labels("good bad", 99)], ["Great phone", *m.texts("review", 99)]
    others, more = ["bad", *m.labels("good bad", 39)], ["No use", *m.texts("review", 39)]
    path = m.csv("train.csv", None, zip(texts, labels, strict=True))
    valid = m.csv("valid.csv", None, zip(more, others, strict=True))
    return Case(path, (classify(pairs(texts + more, labels + others)),), options={"valid": str(valid)})


@form("headerless", "class, title, text: the first row is short; words as classes that recur")
def headerless_short_titles(m: Maker) -> Case:
    labels = ["sport", *m.labels("sport culture money", 119)]
    titles, texts = ["Late win", *m.texts("headline", 119)], m.texts("plain", 120)
    return Case(
        m.csv("news.csv", None, zip(labels, titles, texts, strict=True)),
        (classify(pairs(zip(titles, texts, strict=True), labels)),),
    )


@form("headerless", "a test file of one class only, in training two; no header")
def headerless_test_of_one_class(m: Maker) -> Case:
    labels, texts, more = ["0", *m.labels("0 1", 119)], m.texts("review", 120), m.texts("review", 30)
    path = m.csv("train.csv", None, zip(texts, labels, strict=True))
    test = m.csv("test.csv", None, zip(more, ["1"] * 30, strict=True))
    return Case(path, (classify(pairs(texts, labels), test=pairs(more, ["1"] * 30)),), options={"test": str(test)})
