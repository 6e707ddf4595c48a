"""Tables without a header (Zhang et al. and after), and headers that look like rows."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, classify, form, pairs


@form("headerless", "AG News as published: class, title, description; test.csv begins with class 3")
def headerless_ag_news(m: Maker) -> Case:
    def rows(name: str, first: str, count: int):  # type: ignore[no-untyped-def]
        labels = [first, *m.labels("1 2 3 4", count - 1)]
        titles, texts = m.texts("headline", count), m.texts("plain", count)
        return m.csv(name, None, zip(labels, titles, texts, strict=True), quote="all"), pairs(
            zip(titles, texts, strict=True), labels
        )

    path, train = rows("train.csv", "3", 160)
    test, more = rows("test.csv", "3", 61)
    return Case(path, (classify(train, test=more),), options={"test": str(test)})


@form("headerless", "AG News, training file that begins with class 1")
def headerless_first_class_1(m: Maker) -> Case:
    labels, titles, texts = ["1", *m.labels("1 2 3 4", 119)], m.texts("headline", 120), m.texts("plain", 120)
    return Case(
        m.csv("train.csv", None, zip(labels, titles, texts, strict=True)),
        (classify(pairs(zip(titles, texts, strict=True), labels)),),
    )


@form("headerless", "AG News, begins with class 2, only the class is not quoted")
def headerless_first_class_2(m: Maker) -> Case:
    labels, titles, texts = ["2", *m.labels("1 2 3 4", 119)], m.texts("headline", 120), m.texts("plain", 120)
    path = m.lines("train.csv", (f'{c},"{a}","{b}"' for c, a, b in zip(labels, titles, texts, strict=True)))
    return Case(path, (classify(pairs(zip(titles, texts, strict=True), labels)),))


@form("headerless", "DBpedia: 14 classes, sorted, title and text, the first class is 1")
def headerless_dbpedia(m: Maker) -> Case:
    labels = m.labels(tuple(str(i) for i in range(1, 15)), 420, "sorted")
    titles, texts = m.texts("headline", 420), m.texts("plain", 420)
    rows = zip(labels, titles, (f" {text}" for text in texts), strict=True)
    return Case(m.csv("train.csv", None, rows), (classify(pairs(zip(titles, texts, strict=True), labels)),))


@form("headerless", 'Yelp Full: "5","text"; \\n and doubled quotation marks in the text')
def headerless_yelp_full(m: Maker) -> Case:
    labels = m.labels("1 2 3 4 5", 120)
    texts = [f'{m.text("review")}\\n\\nThe sign says "open". {m.text("review")}' for _ in labels]
    return Case(
        m.csv("train.csv", None, zip(labels, texts, strict=True), quote="all"), (classify(pairs(texts, labels)),)
    )


@form("headerless", "Yahoo Answers: class, question, more of it (often empty), best answer")
def headerless_yahoo(m: Maker) -> Case:
    labels = m.labels("1 2 3 4 5 6 7 8 9 10", 200)
    parts = [(m.text("question"), m.text("plain") if i % 2 else "", m.text("plain", 2)) for i in range(200)]
    path = m.csv("train.csv", None, ((label, *row) for label, row in zip(labels, parts, strict=True)), quote="all")
    wanted = [tuple(part for part in row if part) for row in parts]
    return Case(path, (classify(pairs(wanted, labels)),))


@form("headerless", "Sogou News: pinyin titles and texts, classes 1 to 5, first 4")
def headerless_sogou(m: Maker) -> Case:
    labels = ["4", *m.labels("1 2 3 4 5", 119)]
    titles = [f"ti3 yu4 xin1 we2n {i}" for i in range(120)]
    texts = [f"be3i ji1ng shi2 jia1n {i} yue4 , {m.text('sms').lower()}" for i in range(120)]
    return Case(
        m.csv("train.csv", None, zip(labels, titles, texts, strict=True), quote="all"),
        (classify(pairs(zip(titles, texts, strict=True), labels)),),
    )


@form("headerless", "columns by number: --text-column 1 --label-column 2, first row has label 1")
def headerless_by_number(m: Maker) -> Case:
    labels, texts = ["1", *m.labels("0 1", 99)], m.texts("review", 100)
    path = m.lines("data.txt", map("\t".join, zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels)),), options={"text_columns": ["1"], "label_column": "2"})


@form("headerless", "text, label in words; the label of the first row recurs below")
def headerless_words(m: Maker) -> Case:
    labels, texts = m.labels("happy sad angry", 100), m.texts("sms", 100)
    return Case(m.csv("emotions.csv", None, zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "sorted: the label of the first row recurs, others come 900 rows later; short texts")
def headerless_words_sorted(m: Maker) -> Case:
    labels, texts = m.labels("billing delivery account", 2700, "sorted"), m.texts("sms", 2700, 2)
    return Case(m.csv("tickets.csv", None, zip(labels, texts, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "id, label, text without a header; ids rise")
def headerless_with_ids(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 120), m.texts("review", 120)
    rows = [(5000 + i, labels[i], texts[i]) for i in range(120)]
    return Case(m.csv("data.csv", None, rows), (classify(pairs(texts, labels)),))


@form("headerless", "semicolons, text first, class 3 in the first row, no quotes")
def headerless_semicolons(m: Maker) -> Case:
    labels, texts = ["3", *m.labels("1 2 3", 99)], [text.rstrip(".") for text in m.texts("de", 100)]
    path = m.csv("bewertungen.csv", None, zip(texts, labels, strict=True), delimiter=";", quote="none")
    return Case(path, (classify(pairs(texts, labels)),))


@form("headerless", "a header of numbers: pandas wrote columns without names as ,0,1")
def headerless_pandas_numbers(m: Maker) -> Case:
    labels, texts = m.labels("pos neg", 100), m.texts("review", 100)
    rows = [(i, texts[i], labels[i]) for i in range(100)]
    return Case(m.csv("out.csv", ",0,1", rows), (classify(pairs(texts, labels)),))


@form("headerless", "short texts of one or two words, label first, first row 1")
def headerless_short_texts(m: Maker) -> Case:
    words = ("buy now", "see you", "hello", "win cash", "good night", "free gift", "call me", "ok fine")
    labels = ["1", *m.labels("0 1", 119)]
    texts = [f"{words[i % 8]} {i}" for i in range(120)]
    return Case(m.csv("short.csv", None, zip(labels, texts, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "labels of three sorts: -1, 0, 1, first row -1, with a valid file that begins with 1")
def headerless_minus_one(m: Maker) -> Case:
    labels, texts = ["-1", *m.labels("-1 0 1", 119)], m.texts("tweet", 120)
    others, more = ["1", *m.labels("-1 0 1", 39)], m.texts("tweet", 40)
    path = m.csv("train.csv", None, zip(texts, labels, strict=True))
    valid = m.csv("valid.csv", None, zip(more, others, strict=True))
    return Case(path, (classify(pairs(texts + more, labels + others)),), options={"valid": str(valid)})


@form("headerless", "a folder of train.csv and test.csv without headers, tests begin with class 2")
def headerless_folder(m: Maker) -> Case:
    labels, texts = ["0", *m.labels("0 1 2", 119)], m.texts("zh", 120)
    others, more = ["2", *m.labels("0 1 2", 39)], m.texts("zh", 40)
    m.csv("data/train.csv", None, zip(labels, texts, strict=True))
    m.csv("data/test.csv", None, zip(others, more, strict=True))
    return Case(m.folder / "data", (classify(pairs(texts, labels), test=pairs(more, others)),))


@form("headerless", "training file with a header, test file without one")
def headerless_test_only(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 120), m.texts("review", 120)
    others, more = ["1", *m.labels("0 1", 39)], m.texts("review", 40)
    path = m.csv("train.csv", "label,text", zip(labels, texts, strict=True))
    test = m.csv("test.csv", None, zip(others, more, strict=True))
    right = classify(pairs(texts, labels), test=pairs(more, others))
    return Case(
        path,
        (right, Refused(("test.csv", "header|column"))),
        said=(("test.csv", "header"),),
        options={"test": str(test)},
    )


@form("headerless", "a header with names, below it numbers only and a text: sentence, 1")
def headerless_unusual_header(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 120), m.texts("review", 120)
    return Case(
        m.csv("data.csv", "phrase_clean,is_ironic", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),)
    )


@form("headerless", "the header's names occur below too: a row reads text,label")
def headerless_repeated_header(m: Maker) -> Case:
    labels, texts = m.labels("a b", 80), m.texts("review", 80)
    rows = [*zip(texts[:40], labels[:40], strict=True), ("text", "label"), *zip(texts[40:], labels[40:], strict=True)]
    path = m.csv("merged.csv", "text,label", rows)
    return Case(path, (classify(pairs(texts, labels), says=("header",)),), said=(("header",),))
