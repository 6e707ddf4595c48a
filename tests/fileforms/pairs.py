"""Tables of two texts."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs


def _two(m: Maker, header: str, labels: str, styles: tuple[str, str], name: str = "pairs.csv", **how: str) -> Case:
    marks = m.labels(labels, 140)
    a, b = m.texts(styles[0], 140), m.texts(styles[1], 140, 2)
    path = m.csv(name, header, zip(a, b, marks, strict=True), **how)
    return Case(path, (classify(pairs(zip(a, b, strict=True), marks)),), said=(("--text-column",),))


@form("pairs", "text_a, text_b, label")
def pairs_text_a_b(m: Maker) -> Case:
    return _two(m, "text_a,text_b,label", "0 1", ("zhq", "zhq"))


@form("pairs", "Text1, Text2, Same")
def pairs_text_1_2(m: Maker) -> Case:
    return _two(m, "Text1,Text2,Same", "yes no", ("plain", "plain"))


@form("pairs", "Context, Utterance, Label (Ubuntu dialogues)")
def pairs_ubuntu(m: Maker) -> Case:
    return _two(m, "Context,Utterance,Label", "0 1", ("sms", "sms"))


@form("pairs", "premise, hypothesis, label; numbers of classes")
def pairs_premise(m: Maker) -> Case:
    return _two(m, "premise,hypothesis,label", "0 1 2", ("plain", "plain"))


@form("pairs", "claim, evidence, verdict")
def pairs_claim(m: Maker) -> Case:
    return _two(m, "claim,evidence,verdict", "SUPPORTS REFUTES NEI", ("plain", "plain"))


@form("pairs", "Headline, articleBody, Stance")
def pairs_headline_body(m: Maker) -> Case:
    return _two(m, "Headline,articleBody,Stance", "agree disagree discuss unrelated", ("headline", "plain"))


@form("pairs", "question, answer, label")
def pairs_question_answer(m: Maker) -> Case:
    return _two(m, "question,answer,label", "0 1", ("question", "plain"), "qa.tsv", delimiter="\t")


@form("pairs", "query, title, relevance in three words")
def pairs_query_title(m: Maker) -> Case:
    return _two(m, "query,product_title,relevance", "exact partial irrelevant", ("sms", "headline"))


@form("pairs", "句子1, 句子2, 标签")
def pairs_chinese(m: Maker) -> Case:
    return _two(m, "句子1,句子2,标签", "相同 不同", ("zhq", "zhq"))


@form("pairs", "no header, label first: 1, text, text; first label 1")
def pairs_headerless_label_first(m: Maker) -> Case:
    labels, a, b = ["1", *m.labels("0 1", 139)], m.texts("plain", 140), m.texts("plain", 140)
    path = m.csv("pairs.csv", None, zip(labels, a, b, strict=True))
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), said=(("'3'", "--text-column"),))


@form("pairs", "a text twice: raw and cleaned; one of them, and the other is said")
def pairs_raw_and_clean(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 140), m.texts("tweet", 140)
    clean = [t.lower().strip("@!#") for t in texts]
    path = m.csv("tweets.csv", "text,clean_text,label", zip(texts, clean, labels, strict=True))
    ways = [classify(pairs(part, labels), says=("clean_text",)) for part in (texts, clean)]
    return Case(path, (*ways, classify(pairs(texts, labels))))


@form("pairs", "source and target of a translation, with their language: no pair to classify; read or said")
def pairs_translation(m: Maker) -> Case:
    a, b = m.texts("plain", 140), m.texts("de", 140)
    path = m.csv("en-de.csv", "en,de", zip(a, b, strict=True))
    return Case(
        path,
        (Want("lm", text="".join(a) + "".join(b)), Refused(("en", "--text-column"))),
        said=(("'en'", "'de'", "--text-column"),),
    )


@form("pairs", "--text-column twice: both, joined")
def pairs_given(m: Maker) -> Case:
    case = _two(m, "left,right,label", "0 1", ("plain", "plain"))
    return Case(case.source, case.right, options={"text_columns": ["left", "right"]})


@form("pairs", "--text-column once: that one")
def pairs_one_given(m: Maker) -> Case:
    labels, a, b = m.labels("0 1", 140), m.texts("question", 140), m.texts("question", 140)
    path = m.csv("pairs.csv", "question1,question2,label", zip(a, b, labels, strict=True))
    return Case(path, (classify(pairs(b, labels)),), options={"text_columns": ["question2"]})
