"""Labelled lines without a table: fastText's, and .txt in the many ways people write a label beside a text."""

from __future__ import annotations

from collections.abc import Callable

from fileforms.model import Case, Maker, Refused, Row, classify, form, pairs, several

SAID = (("label", "classif|--delimiter|--input-format"),)


def _fasttext(
    m: Maker, name: str, write: Callable[[str, str], str], style: str = "plain", names: str = "sport home", **how: str
) -> tuple[Case, list[Row]]:
    labels, texts = m.labels(names, 120), m.texts(style, 120)
    rows = pairs(texts, labels)
    return Case(m.lines(name, map(write, labels, texts), **how), (classify(rows),)), rows


@form("fasttext", "__label__x and the text")
def fasttext_plain(m: Maker) -> Case:
    return _fasttext(m, "train.txt", lambda c, t: f"__label__{c} {t}")[0]


@form("fasttext", "Amazon reviews: __label__2 Title: text, gzipped, no format in the name")
def fasttext_amazon_gz(m: Maker) -> Case:
    return _fasttext(m, "train.ft.txt.gz", lambda c, t: f"__label__{c} {t}", names="1 2")[0]


@form("fasttext", "cooking.stackexchange: one to four labels a line")
def fasttext_several(m: Maker) -> Case:
    labels = [m.random.sample(["sauce", "cheese", "food-safety", "acidity"], 1 + i % 4) for i in range(120)]
    texts = m.texts("question", 120)
    path = m.lines(
        "cooking.train",
        (" ".join(f"__label__{c}" for c in several) + f" {t}" for several, t in zip(labels, texts, strict=True)),
    )
    return Case(path, (several(pairs(texts, labels)),))


@form("fasttext", "labels at the end of the line")
def fasttext_at_end(m: Maker) -> Case:
    return _fasttext(m, "train.txt", lambda c, t: f"{t} __label__{c}")[0]


@form("fasttext", "a tab behind the label, CRLF")
def fasttext_tabs(m: Maker) -> Case:
    return _fasttext(m, "train.txt", lambda c, t: f"__label__{c}\t{t}", end="\r\n")[0]


@form("fasttext", "a comma between label and text, as its supervised CSV converters write it: __label__x , text")
def fasttext_comma_apart(m: Maker) -> Case:
    case, rows = _fasttext(m, "train.txt", lambda c, t: f"__label__{c} , {t}")
    wanted = [((f", {text[0]}",), labels) for text, labels in rows]
    return Case(case.source, (*case.right, classify(wanted)))


@form("fasttext", "a comma behind the label: __label__体育,昨 天 ...")
def fasttext_comma(m: Maker) -> Case:
    case, _ = _fasttext(m, "train.txt", lambda c, t: f"__label__{c},{' '.join(t)}", "zhnews", "体育 财经")
    return Case(case.source, _spaced(case), said=(("comma|','",),))


def _spaced(case: Case):  # type: ignore[no-untyped-def]
    rows = case.right[0].rows  # type: ignore[union-attr]
    return (classify([((" ".join(text[0]),), labels) for text, labels in rows]),)


@form("fasttext", "a comma behind the label, the text without blanks")
def fasttext_comma_unspaced(m: Maker) -> Case:
    case, _ = _fasttext(m, "train.txt", lambda c, t: f"__label__{c},{t}", "zhq", "体育 财经")
    return Case(case.source, (*case.right, Refused(("space|blank|comma",))))


@form("fasttext", "a colon behind the label: __label__spam: text")
def fasttext_colon(m: Maker) -> Case:
    case, _ = _fasttext(m, "train.txt", lambda c, t: f"__label__{c}: {t}", "sms", "spam ham")
    rows = case.right[0].rows  # type: ignore[union-attr]
    return Case(case.source, (*case.right, classify([(t, (f"{c[0]}:",)) for t, c in rows], says=("':'|colon",))))


@form("fasttext", "no blank between label and text: refused, and said why")
def fasttext_no_blank(m: Maker) -> Case:
    texts = [text.replace(" ", "") for text in m.texts("zhnews", 100)]
    path = m.lines("train.txt", (f"__label__{c}{t}" for c, t in zip(m.labels("体育 财经", 100), texts, strict=True)))
    return Case(path, (Refused(("space|blank",)),))


@form("fasttext", "another prefix, given: --label-prefix")
def fasttext_prefix_given(m: Maker) -> Case:
    case, _ = _fasttext(m, "train.txt", lambda c, t: f"__class__{c} {t}")
    return Case(case.source, case.right, options={"label_prefix": "__class__"})


@form("fasttext", "another prefix, not given: #label# is said")
def fasttext_prefix_unknown(m: Maker) -> Case:
    case, rows = _fasttext(m, "train.txt", lambda c, t: f"__class__{c} {t}")
    marked = [(text, (f"__class__{labels[0]}",)) for text, labels in rows]
    return Case(case.source, (*case.right, classify(marked)), said=(("label-prefix|label", "classif|__class__"),))


@form("fasttext", "a label on its own line among lines with both: no text")
def fasttext_bare_labels(m: Maker) -> Case:
    labels, texts = m.labels("a b", 100), m.texts("plain", 100)
    lines = [
        f"__label__{c} {t}" if i % 25 else f"__label__{c}" for i, (c, t) in enumerate(zip(labels, texts, strict=True))
    ]
    wanted = pairs([t if i % 25 else "" for i, t in enumerate(texts)], labels)
    return Case(m.lines("train.txt", lines), (classify(wanted, says=("empty",)),))


@form("fasttext", "labels of several words joined by hyphens and Chinese labels, .ft")
def fasttext_ft(m: Maker) -> Case:
    return _fasttext(m, "reviews.ft", lambda c, t: f"__label__{c} {t}", "zh", "很-好 一般 差")[0]


# .txt files with a label beside every text.


def _txt(
    m: Maker,
    write: Callable[[str, str], str],
    style: str = "tweet",
    names: str | tuple[str, ...] = "joy sadness anger",
    name: str = "train.txt",
    tidy: Callable[[str], str] = lambda t: t,
) -> Case:
    labels, texts = m.labels(names, 150), [tidy(t) for t in m.texts(style, 150)]
    return Case(m.lines(name, map(write, labels, texts)), (classify(pairs(texts, labels)),), said=SAID)


@form("labelled .txt", "text;label (emotions for NLP)")
def txt_semicolon(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{t};{c}")


@form("labelled .txt", "the same, with --task classify")
def txt_semicolon_asked(m: Maker) -> Case:
    case = _txt(m, lambda c, t: f"{t};{c}")
    return Case(case.source, case.right, said=((r"--delimiter|--input-format csv",),), options={"task": "classify"})


@form("labelled .txt", "a folder: train.txt, val.txt, test.txt of text;label")
def txt_semicolon_folder(m: Maker) -> Case:
    parts = {}
    for name, count in (("train", 150), ("val", 40), ("test", 40)):
        labels, texts = m.labels("joy sadness anger", count), m.texts("tweet", count)
        m.lines(f"emotions/{name}.txt", (f"{t};{c}" for t, c in zip(texts, labels, strict=True)))
        parts[name] = pairs(texts, labels)
    return Case(m.folder / "emotions", (classify(parts["train"] + parts["val"], test=parts["test"]),), said=SAID)


@form("labelled .txt", "label;text, semicolons in some texts")
def txt_label_semicolon(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c};{t}", tidy=lambda t: t.replace("thanks", "thanks; really"))


@form("labelled .txt", "ham | text")
def txt_bar(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c} | {t}", "sms", "ham spam")


@form("labelled .txt", "text | ham")
def txt_bar_behind(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{t} | {c}", "sms", "ham spam")


@form("labelled .txt", "text ||| label")
def txt_three_bars(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{t} ||| {c}", "review", "pos neg")


@form("labelled .txt", "LABEL:fine text (TREC), .txt")
def txt_trec(m: Maker) -> Case:
    case = _txt(m, lambda c, t: f"{c} {t}", "question", ("DESC:manner", "ENTY:animal", "HUM:ind", "NUM:date"))
    wanted = case.right[0].rows  # type: ignore[union-attr]
    return Case(case.source, (*case.right, classify([(t, (c[0].split(":")[0],)) for t, c in wanted])), said=SAID)


@form("labelled .txt", "LABEL: text")
def txt_colon(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c}: {t}", "sms", "SPAM HAM")


@form("labelled .txt", "1 text (Stanford's stsa.binary.train)")
def txt_number_first(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c} {t}", "review", "1 0", "stsa.binary.train", str.lower)


@form("labelled .txt", "0..4 and the text, no suffix")
def txt_number_fine(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c} {t}", "review", "0 1 2 3 4", "stsa_fine_train", str.lower)


@form("labelled .txt", "+1 text and -1 text (svm-like)")
def txt_plus_minus(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c} {t}", "review", "+1 -1", "train.txt")


@form("labelled .txt", "text and the number at the end")
def txt_number_last(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{t} {c}", "review", "1 0", "all.txt")


@form("labelled .txt", "text@label (Financial PhraseBank), Latin-1")
def txt_at(m: Maker) -> Case:
    labels, texts = (
        m.labels("neutral positive negative", 150),
        [f"{t} €".replace("€", "%") for t in m.texts("plain", 150)],
    )
    path = m.lines(
        "Sentences_50Agree.txt", (f"{t}@{c}" for t, c in zip(texts, labels, strict=True)), encoding="latin-1"
    )
    return Case(path, (classify(pairs(texts, labels)),), said=SAID)


@form("labelled .txt", "[label] text")
def txt_brackets(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"[{c}] {t}", "sms", "bug feature question")


@form("labelled .txt", "(label) text")
def txt_parentheses(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"({c}) {t}", "sms", "pos neg neu")


@form("labelled .txt", "<label> text")
def txt_angles(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"<{c}> {t}", "sms", "pos neg")


@form("labelled .txt", "text -> label")
def txt_arrow(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{t} -> {c}", "sms", "greet order cancel")


@form("labelled .txt", "label - text")
def txt_dash(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c} - {t}", "sms", "greet order cancel")


@form("labelled .txt", "text # label")
def txt_hash(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{t} # {c}", "sms", "greet order cancel")


@form("labelled .txt", "text,label with commas in the texts")
def txt_comma(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{t},{c}", "review", "positive negative", tidy=lambda t: t.replace(" and", ", and"))


@form("labelled .txt", "label,text with commas in the texts")
def txt_comma_first(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c},{t}", "review", "positive negative", tidy=lambda t: t.replace(" and", ", and"))


@form("labelled .txt", "text, two tabs, label")
def txt_two_tabs(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{t}\t\t{c}", "sms", "ham spam")


@form("labelled .txt", "label and text with several blanks between: ham    text")
def txt_wide_blanks(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c:<8}{t}", "sms", "ham spam")


@form("labelled .txt", "text ::: label, four fields with an id")
def txt_triple_colon(m: Maker) -> Case:
    labels, titles, texts = m.labels("drama thriller comedy", 150), m.texts("headline", 150), m.texts("plain", 150, 3)
    path = m.lines(
        "train_data.txt", (f"{i + 1} ::: {titles[i]} (2009) ::: {labels[i]} ::: {texts[i]}" for i in range(150))
    )
    return Case(
        path,
        (classify(pairs(zip(titles, texts, strict=True), labels)), classify(pairs(texts, labels))),
        said=(*SAID, (":::",)),
    )


@form("labelled .txt", "a label in Chinese, a colon, a text: 体育：...")
def txt_chinese_colon(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c}：{t}", "zhnews", "体育 财经 科技")


@form("labelled .txt", "label, tab, text: sarcasm and plain")
def txt_label_tab(m: Maker) -> Case:
    return _txt(m, lambda c, t: f"{c}\t{t}", "tweet", "sarcasm plain")


@form("labelled .txt", "sentence pairs and a number between tabs, no header")
def txt_pairs(m: Maker) -> Case:
    labels, a, b = m.labels("0 1", 140), m.texts("question", 140), m.texts("question", 140)
    path = m.lines("pairs.txt", map("\t".join, zip(labels, a, b, strict=True)))
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), said=(("'3'|'2'", "--text-column"),))
