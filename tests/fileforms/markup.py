"""Labelled XML, SGML and their kin, and attacks that come with them."""

from __future__ import annotations

from html import escape

from fileforms.model import Case, Maker, Refused, classify, form, pairs, running, several

GROUP = "xml"
_XML = r"XML"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@form(GROUP, "rows of elements, as pandas and databases write them: data, row, text, label")
def xml_rows(m: Maker) -> Case:
    texts, labels = m.texts("review", 120), m.labels("pos neg", 120)
    body = [
        f"  <row>\n    <index>{i}</index>\n    <text>{escape(texts[i])}</text>\n"
        f"    <label>{labels[i]}</label>\n  </row>"
        for i in range(120)
    ]
    path = m.lines("reviews.xml", ["<?xml version='1.0' encoding='utf-8'?>", "<data>", *body, "</data>"])
    return Case(path, (classify(pairs(texts, labels)), Refused((_XML,))))


@form(GROUP, "the class as an attribute, entities and CDATA in the text")
def xml_attribute(m: Maker) -> Case:
    texts, labels = [f"Tom & Jerry's <3 {text}" for text in m.texts("review", 120)], m.labels("pos neg", 120)
    body = [
        f'<doc id="{i}" polarity="{labels[i]}">{f"<![CDATA[{texts[i]}]]>" if i % 2 else escape(texts[i])}</doc>'
        for i in range(120)
    ]
    path = m.lines("docs.xml", [_HEAD, "<docs>", *body, "</docs>"])
    return Case(path, (classify(pairs(texts, labels)), Refused((_XML,))))


@form(GROUP, "text and class both as attributes")
def xml_attributes_only(m: Maker) -> Case:
    texts, labels = m.texts("sms", 120), m.labels("spam ham", 120)
    body = [f'<sms n="{i}" body="{escape(texts[i])}" class="{labels[i]}" />' for i in range(120)]
    path = m.lines("smses.xml", [_HEAD, '<smses count="120">', *body, "</smses>"])
    return Case(path, (classify(pairs(texts, labels)), Refused((_XML,))))


@form(GROUP, "SemEval 2014 ABSA: sentence, text, aspectTerms with a polarity each")
def xml_absa_2014(m: Maker) -> Case:
    texts = m.texts("review", 120)
    labels = [tuple(p for p in ("positive", "negative", "neutral") if m.random.random() < 0.5) for _ in texts]
    lines = [_HEAD, "<sentences>"]
    for i, (text, several_) in enumerate(zip(texts, labels, strict=True)):
        lines += [f'    <sentence id="{i}">', f"        <text>{escape(text)}</text>"]
        if several_:
            terms = [f'<aspectTerm term="{text.split()[1]}" polarity="{p}" from="4" to="9"/>' for p in several_]
            lines += ["        <aspectTerms>", *terms, "        </aspectTerms>"]
        lines.append("    </sentence>")
    path = m.lines("Restaurants_Train.xml", [*lines, "</sentences>"])
    full = [i for i in range(120) if labels[i]]
    with_labels = pairs([texts[i] for i in full], [labels[i] for i in full])
    return Case(
        path,
        (several(with_labels), several(pairs(texts, labels)), Refused((_XML, r"aspectTerm|convert|CSV"))),
        said=(("aspectTerm", "polarity"),),
    )


@form(GROUP, "SemEval 2016 ABSA: Reviews, Review, sentences, sentence, Opinions with target, category, polarity")
def xml_absa_2016(m: Maker) -> Case:
    texts, labels = m.texts("review", 120), m.labels("positive negative neutral", 120)
    lines = [_HEAD, "<Reviews>"]
    for i in range(0, 120, 4):
        lines += [f'<Review rid="{1000 + i}">', "<sentences>"]
        for j in range(i, i + 4):
            lines += [f'<sentence id="{1000 + i}:{j}">', f"<text>{escape(texts[j])}</text>", "<Opinions>"]
            lines += [f'<Opinion target="NULL" category="FOOD#QUALITY" polarity="{labels[j]}" from="0" to="0"/>']
            lines += ["</Opinions>", "</sentence>"]
        lines += ["</sentences>", "</Review>"]
    path = m.lines("ABSA16_Restaurants.xml", [*lines, "</Reviews>"])
    return Case(
        path,
        (classify(pairs(texts, labels)), several(pairs(texts, labels)), Refused((_XML, r"Opinion|convert|CSV"))),
        said=(("polarity",),),
    )


@form(GROUP, "TASS: tweet, content, sentiments, polarity, value")
def xml_tass(m: Maker) -> Case:
    texts, labels = m.texts("tweet", 120), m.labels("P N NEU NONE", 120)
    lines = [_HEAD, "<tweets>"]
    for i in range(120):
        lines += [
            f"<tweet><tweetid>{142389495503925248 + i}</tweetid><user>u{i % 9}</user>",
            f"<content>{escape(texts[i])}</content>",
            f"<date>2011-12-02T00:47:55</date><lang>es</lang><sentiments><polarity><value>{labels[i]}</value>"
            "<type>AGREEMENT</type></polarity></sentiments><topics><topic>x</topic></topics></tweet>",
        ]
    path = m.lines("general-train.xml", [*lines, "</tweets>"])
    return Case(path, (classify(pairs(texts, labels)), Refused((_XML,))), said=(("value",),))


@form(GROUP, "Multi-Domain Sentiment: review elements one after the other without a root, .review")
def xml_no_root(m: Maker) -> Case:
    texts, labels = m.texts("review", 120), m.labels("1.0 2.0 4.0 5.0", 120)
    lines = []
    for i in range(120):
        lines += [
            "<review>", "<unique_id>", f"B00{i}:x", "</unique_id>", "<rating>", labels[i], "</rating>",
            "<review_text>", texts[i], "</review_text>", "</review>",
        ]  # fmt: skip
    path = m.lines("positive.review", lines)
    return Case(path, (classify(pairs(texts, labels)), Refused((r"XML|HTML|tags",))), said=((r"XML|HTML|tags",),))


@form(GROUP, "in GBK, as its first line says: weibo, content, emotion")
def xml_gbk(m: Maker) -> Case:
    texts, labels = m.texts("zh", 120), m.labels(("高兴", "愤怒", "悲伤"), 120)
    body = [f"<weibo><content>{texts[i]}</content><emotion>{labels[i]}</emotion></weibo>" for i in range(120)]
    path = m.lines("weibo.xml", ['<?xml version="1.0" encoding="gbk"?>', "<data>", *body, "</data>"], "gbk")
    return Case(path, (classify(pairs(texts, labels)), Refused((_XML,))))


@form(GROUP, "NLPCC: weibo with emotion-type attributes, sentences with their own")
def xml_nlpcc(m: Maker) -> Case:
    texts, labels = m.texts("zh", 120), m.labels("happiness anger sadness none", 120)
    body = [
        f'<weibo id="{i}" emotion-type1="{labels[i]}" emotion-type2="none">\n'
        f'<sentence id="1" opinionated="Y" emotion-1-type="{labels[i]}" emotion-2-type="none">'
        f"{texts[i]}</sentence>\n</weibo>"
        for i in range(120)
    ]
    path = m.lines("Training data for Emotion Classification.xml", [_HEAD, "<TrainingData>", *body, "</TrainingData>"])
    return Case(path, (classify(pairs(texts, labels)), Refused((_XML,))), said=(("emotion",),))


@form(GROUP, "entities that grow (a billion laughs): refused, quickly")
def xml_bomb(m: Maker) -> Case:
    grows = [f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10)]
    lines = ['<?xml version="1.0"?>', '<!DOCTYPE d [<!ENTITY l0 "lol">', *grows, "]>"]
    lines += ["<d>", *("<r><text>&l9;</text><label>a</label></r>" for _ in range(20)), "</d>"]
    return Case(m.lines("bomb.xml", lines), (Refused((r"XML", r"DOCTYPE|entit|declar|convert")),))


@form(GROUP, "an entity that names a file of the computer: refused")
def xml_outside_entity(m: Maker) -> Case:
    lines = ['<?xml version="1.0"?>', '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "<d>"]
    lines += [
        f"<r><text>{text} &x;</text><label>{label}</label></r>"
        for text, label in zip(m.texts("sms", 40), m.labels("a b", 40), strict=True)
    ]
    return Case(m.lines("outside.xml", [*lines, "</d>"]), (Refused((r"XML", r"DOCTYPE|entit|declar|convert")),))


@form(GROUP, "a closing tag that is missing: the line is named")
def xml_broken(m: Maker) -> Case:
    body = [f"<row><text>{escape(t)}</text><label>a</label></row>" for t in m.texts("review", 60)]
    body[30] = body[30].replace("</text>", "")
    return Case(
        m.lines("broken.xml", [_HEAD, "<data>", *body, "</data>"]), (Refused((r"XML", r"line 33|convert|CSV")),)
    )


@form(GROUP, "Reuters-21578: SGML with TOPICS, TITLE and BODY")
def xml_reuters(m: Maker) -> Case:
    lines = ['<!DOCTYPE lewis SYSTEM "lewis.dtd">']
    for i, text in enumerate(m.texts("headline", 100)):
        topic = ("earn", "acq")[i % 2]
        lines += [
            f'<REUTERS TOPICS="YES" LEWISSPLIT="TRAIN" NEWID="{i + 1}">', "<DATE>26-FEB-1987</DATE>",
            f"<TOPICS><D>{topic}</D></TOPICS>", f"<TEXT>&#2;\n<TITLE>{text}</TITLE>",
            f"<BODY>{m.text('plain', 2)}\n&#3;</BODY></TEXT>", "</REUTERS>",
        ]  # fmt: skip
    return Case(m.lines("reut2-000.sgm", lines), (Refused((r"SGML|XML|HTML|tags",)),), said=((r"SGML|XML|HTML|tags",),))


@form(GROUP, "a feed (RSS): titles and descriptions, a category each")
def xml_rss(m: Maker) -> Case:
    titles, texts, labels = m.texts("headline", 60), m.texts("plain", 60), m.labels("sport money", 60)
    body = [
        f"<item><title>{titles[i]}</title><link>https://news.example/{i}</link><description>{escape(texts[i])}</description>"
        f"<category>{labels[i]}</category></item>"
        for i in range(60)
    ]
    head = [_HEAD, '<rss version="2.0"><channel><title>News</title><link>https://news.example/</link>']
    path = m.lines("feed.xml", [*head, *body, "</channel></rss>"])
    both = pairs(zip(titles, texts, strict=True), labels)
    ways = (classify(both), classify(pairs(texts, labels)), classify(pairs(titles, labels)), Refused((_XML,)))
    return Case(path, ways)


@form(GROUP, "a novel with <pb/> and <p> marks (TEI): no rows to label")
def xml_tei(m: Maker) -> Case:
    body = [f"<p>{text}</p>" for text in m.texts("plain", 120)]
    lines = [_HEAD, '<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body>', *body, "</body></text></TEI>"]
    path = m.lines("novel.xml", lines)
    text = "\n".join(body).replace("<p>", "").replace("</p>", "")
    return Case(path, (Refused((r"XML|tags",)), running(text)), said=((r"XML|HTML|tags",),))
