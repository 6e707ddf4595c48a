"""Languages and scripts: without spaces between words, from right to left, in encodings of their own."""

from __future__ import annotations

from fileforms.model import Case, Maker, Want, classify, form, pairs

GROUP = "scripts"
KNOWN = 2 / 3


def _labelled(
    m: Maker,
    style: str,
    names: str,
    count: int = 240,
    name: str = "train.csv",
    header: str = "text,label",
    encoding: str = "utf-8",
    **more: float,
) -> Case:
    labels, texts = m.labels(names, count), m.texts(style, count)
    return Case(
        m.csv(name, header, zip(texts, labels, strict=True), encoding=encoding),
        (classify(pairs(texts, labels), **more),),
    )


@form(GROUP, "Thai, a third of the tokens unknown at most, or said")
def script_thai(m: Maker) -> Case:
    return _labelled(m, "th", "pos neg neu", known=KNOWN)


@form(GROUP, "Thai with English names and numbers inside")
def script_thai_mixed(m: Maker) -> Case:
    labels = m.labels("pos neg", 240)
    texts = [f"{m.text('th')} {('iPhone 15', 'Line', 'Wi-Fi', 'Grab')[i % 4]} {m.sentence('th')}" for i in range(240)]
    return Case(
        m.csv("train.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels), known=KNOWN),),
    )


@form(GROUP, "English with a Thai sentence in every third text")
def script_some_thai(m: Maker) -> Case:
    labels = m.labels("pos neg", 240)
    texts = [f"{m.text('review')} {m.sentence('th') if i % 3 == 0 else ''}".strip() for i in range(240)]
    return Case(
        m.csv("train.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels), known=KNOWN),),
    )


@form(GROUP, "Khmer")
def script_khmer(m: Maker) -> Case:
    return _labelled(m, "km", "pos neg", known=KNOWN)


@form(GROUP, "Burmese")
def script_burmese(m: Maker) -> Case:
    return _labelled(m, "my", "pos neg", known=KNOWN)


@form(GROUP, "Lao")
def script_lao(m: Maker) -> Case:
    return _labelled(m, "lo", "pos neg", known=KNOWN)


@form(GROUP, "Tibetan")
def script_tibetan(m: Maker) -> Case:
    return _labelled(m, "bo", "a b", known=KNOWN)


@form(GROUP, "Japanese")
def script_japanese(m: Maker) -> Case:
    return _labelled(m, "ja", "好評 不評", known=KNOWN)


@form(GROUP, "Chinese")
def script_chinese(m: Maker) -> Case:
    return _labelled(m, "zh", "好评 差评", header="内容,标签", known=KNOWN)


@form(GROUP, "Korean, nsmc: id, document, label; tabs, .txt")
def script_korean_nsmc(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 200), m.texts("ko", 200)
    rows = [(9976970 + 31 * i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    path = m.csv("ratings_train.txt", "id,document,label", rows, delimiter="\t", quote="none")
    return Case(path, (classify(pairs(texts, labels), known=KNOWN),))


@form(GROUP, "Arabic with text from right to left, cp1256 or UTF-8 said")
def script_arabic(m: Maker) -> Case:
    return _labelled(m, "ar", "positive negative", header="review,sentiment", known=KNOWN)


@form(GROUP, "Hindi")
def script_hindi(m: Maker) -> Case:
    return _labelled(m, "hi", "pos neg", known=KNOWN)


@form(GROUP, "Vietnamese: syllables between blanks")
def script_vietnamese(m: Maker) -> Case:
    return _labelled(m, "vi", "tốt xấu", header="nội_dung,nhãn", known=KNOWN)


@form(GROUP, "Russian in cp1251, .txt with tabs")
def script_russian(m: Maker) -> Case:
    labels, texts = m.labels("хорошо плохо", 160), m.texts("ru", 160)
    path = m.lines("отзывы.txt", map("\t".join, zip(labels, texts, strict=True)), encoding="cp1251")
    return Case(path, (classify(pairs(texts, labels)),), said=(("--encoding",),))


@form(GROUP, "Korean in cp949")
def script_korean_cp949(m: Maker) -> Case:
    labels, texts = m.labels("긍정 부정", 160), m.texts("ko", 160)
    path = m.csv("data.csv", "문장,감정", zip(texts, labels, strict=True), encoding="cp949")
    return Case(path, (classify(pairs(texts, labels)),), said=(("--encoding",),))


@form(GROUP, "French in Latin-1, TSV, headers with accents")
def script_french_latin1(m: Maker) -> Case:
    labels, texts = m.labels("favorable défavorable", 160), m.texts("fr", 160)
    path = m.csv("avis.tsv", "Avis,Catégorie", zip(texts, labels, strict=True), delimiter="\t", encoding="latin-1")
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "emoji as labels")
def script_emoji_labels(m: Maker) -> Case:
    return _labelled(m, "tweet", "😀 😡 😢", header="tweet,emoji")


@form(GROUP, "UTF-8 that was encoded twice (Ã¼ for ü): said, or read as it is")
def script_twice_encoded(m: Maker) -> Case:
    labels, texts = m.labels("gut schlecht", 160), [t.encode().decode("latin-1") for t in m.texts("de", 160)]
    path = m.csv("export.csv", "text,label", zip(texts, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "a few bytes of Latin-1 in a file of UTF-8: said")
def script_mixed_bytes(m: Maker) -> Case:
    labels, texts = m.labels("gut schlecht", 160), m.texts("de", 160)
    lines = [
        f'{c},"{t}"\n'.encode("latin-1" if i == 77 else "utf-8")
        for i, (c, t) in enumerate(zip(labels, texts, strict=True))
    ]
    path = m.file("export.csv", b"label,text\n" + b"".join(lines))
    return Case(
        path,
        (
            Want(
                "classify", count=160, labels=frozenset(("gut", "schlecht")), says=("UTF-8|byte|U\\+FFFD|replac|decod",)
            ),
        ),
    )
