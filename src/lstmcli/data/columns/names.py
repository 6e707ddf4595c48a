"""Judge a column by its name: a text, a label, one of a pair, or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# The most telling names first.
TEXT_NAMES = _words(
    """text sentence review content comment document message tweet body question utterance query post article
    email sms transcription plot synopsis narrative
    reviewtext review_text review_body comment_text text_content full_text clean_text original_text
    statement phrase essay excerpt transcript paragraph passage abstract description summary caption lyrics
    resume quote feedback sentence1 premise headline title subject news input source
    texte satz kommentar nachricht bewertungstext rezension beschreibung titel überschrift avis commentaire phrase
    texto frase comentario comentário oración reseña resenha mensaje mensagem opinión título testo recensione
    commento messaggio текст отзыв комментарий сообщение предложение заголовок テキスト 本文 文 レビュー コメント
    텍스트 문장 리뷰 댓글 내용 본문 metin cümle yorum mesaj نص النص تعليق مراجعة جملة văn_bản câu bình_luận nội_dung
    पाठ वाक्य टिप्पणी समीक्षा ข้อความ ประโยค รีวิว ความคิดเห็น
    文本 内容 正文 评论 评论内容 评价 句子 短信 微博 问题 文章 新闻 描述 摘要 标题 题目"""
)
TITLE_NAMES = _words(
    "title headline subject titel überschrift título titolo titre заголовок 标题 题目 タイトル 제목 başlık"
)
"""Titles, read together with the text."""

EXPLICIT, USUAL, WEAK, UNKNOWN, SIDE, NEVER = 5.0, 4.0, 3.0, 0.0, -1.0, -9.0
"""How much a name says that its column is the label: it is called so; it is what people classify by; it may be; nothing
is known of it; it is known as something else that can be classified by; it is known as something else."""

_EXPLICIT = _words(
    """label labels gold_label gold_labels label_name label_text class classes class_index class_name class_label
    target targets coarse_label label_coarse cls lbl y ground_truth true_label
    klasse zielklasse étiquette etiquette classe etiqueta etiquetas clase etichetta rótulo метка класс ラベル クラス
    레이블 라벨 클래스 etiket sınıf تصنيف فئة التصنيف nhãn lớp लेबल वर्ग ป้ายกำกับ 标签 类标 标注 標籤"""
)
_USUAL = _words(
    """sentiment category categories topic topics intent emotion emotions polarity queue stance sarcastic spam toxic
    toxicity hate offensive fake duplicate paraphrase entailment mood fraudulent fine_label label_fine category_name
    flair majority consensus
    terms
    sentiments intents
    kategorie kategorien stimmung thema absicht warteschlange catégorie sujet thème émotion intention categoría
    sentimiento tema emoción intención categoria sentimento tópico emoção assunto argomento emozione категория
    тональность тема эмоция カテゴリ カテゴリー 感情 トピック 極性 카테고리 감정 감성 주제 분류 의도 kategori duygu konu
    مشاعر المشاعر موضوع الفئة thể_loại danh_mục cảm_xúc chủ_đề श्रेणी भावना विषय หมวดหมู่ ประเภท อารมณ์
    类别 分类 情感 情绪 情感倾向 主题 话题 意图 类目 類別 分類 情緒"""
)
_WEAK = _words(
    """stars star rating ratings score overall tag tags genre genres type cat lang language dialect status priority
    department
    section term verdict decision severity level rank grade difficulty relation
    bewertung note noten sterne typ évaluation calificación puntuación estrellas avaliação nota voto valutazione
    оценка рейтинг тип 評価 星 평점 별점 점수 유형 puan tür derece تقييم نوع đánh_giá loại रेटिंग प्रकार คะแนน
    类型 星级 评分 打分 等级 评级"""
)
SPLIT_ALIASES = {"train": "train", "training": "train", "valid": "valid", "validation": "valid", "dev": "valid"}
SPLIT_ALIASES |= {"val": "valid", "eval": "valid", "test": "test"}
"""Names of splits."""
LABEL_NAMES = _EXPLICIT + _USUAL + _WEAK
_SIDE = _words(
    """author source city country state region location place company organization airline brand product issue name
    gender sex domain subreddit platform device channel publisher keyword keywords group collection subject
    hashtag hashtags flag reason entity person speaker role nationality division family party"""
)
_NEVER = _words(
    """id ids uuid guid uid asin isbn sku index idx no nr num number numbers row rowid
    line unnamed date dates time datetime timestamp
    created updated modified year month day hour url urls uri link links href permalink website user username
    userid nickname reviewer screenname handle email mail phone ip lat lng lon latitude longitude coord coords
    coordinates zip zipcode postcode timezone confidence conf prob probability certainty count counts likes retweets
    retweet favorites favorite views votes upvotes downvotes helpful helpfulness numerator denominator age price
    cost amount length len size words chars characters worker annotator annotators rater split fold subset version
    hash offset start end page file filename path image img photo std stderr stdev variance error html parse tokens
    tokenized lemmas pos judgments trusted golden days minutes seconds at license licence copyright
    datum uhrzeit nummer anzahl benutzer fecha hora usuario número utilisateur heure дата время номер
    日期 时间 编号 序号 用户 用户名 链接 网址 日時 날짜 시간 번호 tarih"""
)

_PEOPLE = frozenset(_words("rater annotator worker coder judge"))
_SETTLED = frozenset(_words("final majority consensus adjudicated agreed aggregated"))
"""What the label is called that several people came to."""

_SEPARATED = re.compile(r"[\W_]+")
_HUMP = re.compile(r"(?<=[a-zа-яé])(?=[A-ZА-Я])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_SPACED = re.compile(r"[぀-ヿ㐀-鿿가-힣฀-๿]")


def normal(name: str) -> str:
    return name.strip("\ufeff \t\r\n\xa0\u3000").casefold().replace(" ", "_").replace("-", "_")


def parts(name: str) -> tuple[str, ...]:
    """The words of a name: ``reviewText``, ``review_text`` and ``Review Text`` all give review and text."""
    words = _SEPARATED.split(_HUMP.sub("_", name.strip("\ufeff \t\r\n\xa0\u3000")))
    return tuple(word.casefold() for word in words if word)


_RANKS = {
    **dict.fromkeys(map(normal, _NEVER), NEVER),
    **dict.fromkeys(map(normal, _SIDE), SIDE),
    **dict.fromkeys(map(normal, _WEAK), WEAK),
    **dict.fromkeys(map(normal, _USUAL), USUAL),
    **dict.fromkeys(map(normal, _EXPLICIT), EXPLICIT),
}
_TEXT_RANKS = {name: place for place, name in reversed(list(enumerate(map(normal, TEXT_NAMES))))}


def label_rank(name: str) -> float:
    """How much a name says that its column holds the label; one that only contains such a word says half a step less.

    The last word of a name counts most: ``sentiment_confidence`` is a confidence, ``airline_sentiment`` a sentiment.
    """
    key = normal(name)
    if key in _RANKS:
        return _RANKS[key]
    words = parts(name)
    if _NOT_SPACED.search(name):
        return max((rank - 0.5 for word, rank in _RANKS.items() if len(word) > 1 and key.endswith(word)), default=0.0)
    if not words:
        return UNKNOWN
    if words[0] == "has":
        return NEVER
    known = [_RANKS[word] for word in words if word in _RANKS]
    if words[0] in _PEOPLE and len(words) == 2 and len(words[1]) == 1:
        return UNKNOWN  # rater_1: what the first of them says
    last = _RANKS.get(words[-1], UNKNOWN)
    if last == NEVER or (_RANKS.get(words[0]) == NEVER and last < WEAK):
        return NEVER
    if words[0] == "is" and len(words) > 1:
        return USUAL
    likely = [rank for rank in known if rank > 0]
    if likely and "gold" not in words[1:]:
        return max(likely) - 0.5 * _SETTLED.isdisjoint(words)
    return SIDE if SIDE in known else UNKNOWN


def text_rank(name: str) -> float | None:
    """The place of a name among those of texts, from 0; one that only contains such a word stands behind; else None."""
    key = normal(name)
    if key in _TEXT_RANKS:
        return _TEXT_RANKS[key]
    if _NOT_SPACED.search(name):
        places = [place for word, place in _TEXT_RANKS.items() if len(word) > 1 and key.endswith(word)]
    else:
        words = parts(name)
        if not words or _RANKS.get(words[-1]) == NEVER:
            return None
        places = [_TEXT_RANKS[word] for word in words if word in _TEXT_RANKS]
    return len(TEXT_NAMES) + min(places) if places else None


def is_title(name: str) -> bool:
    """Whether a column of that name holds titles."""
    known = set(map(normal, TITLE_NAMES))
    return normal(name) in known or bool(known.intersection(parts(name)[-1:]))


def is_known(name: str) -> bool:
    """Whether a cell is a usual column name."""
    key = normal(name)
    return key in _RANKS or key in _TEXT_RANKS


# Pairs of texts

_COUPLES = (
    ("premise", "hypothesis"),
    ("question", "sentence"),
    ("question", "passage"),
    ("question", "context"),
    ("question", "answer"),
    ("context", "hypothesis"),
    ("context", "utterance"),
    ("abst", "keyword"),
    ("query", "passage"),
    ("query", "document"),
    ("query", "title"),
    ("query", "product_title"),
    ("query", "response"),
    ("context", "response"),
    ("claim", "evidence"),
    ("headline", "articlebody"),
    ("headline", "body_text"),
    ("anchor", "target"),
    ("anchor", "positive"),
    ("text", "hypothesis"),
    ("sentence", "paraphrase"),
    ("original", "paraphrase"),
    ("prompt", "response"),
    ("post", "reply"),
    ("tweet", "reply"),
)
_SECOND = {"1": "2", "a": "b", "first": "second", "left": "right", "one": "two", "i": "ii", "甲": "乙", "一": "二"}
_END = re.compile(r"(?<=[a-z])([12ab])(?=\W|_|$)|([12])|(?<![^\W_])(a|b|first|second|left|right|one|two)(?![^\W_])")


def pairs_by_name(columns: Sequence[str]) -> list[tuple[str, str]]:
    """Columns whose names say that they go together, as ``question1`` and ``question2`` do, the likeliest first."""
    keys = {normal(column): column for column in reversed(columns)}
    found = [(keys[a], keys[b]) for a, b in _COUPLES if a in keys and b in keys]
    numbered = [(column, keys[other]) for column in columns if (other := _partner(normal(column), keys))]
    return sorted(numbered, key=_telling) + found


def _telling(pair: tuple[str, str]) -> tuple[bool, int]:
    rank = text_rank(re.sub(r"[12]", "", pair[0]))
    return rank is None, len(pair[0])


def _partner(key: str, keys: dict[str, str]) -> str | None:
    """The name that differs from ``key`` only in that it says second where ``key`` says first."""
    if key.isdigit():
        return None  # a column without a name
    for found in _END.finditer(key):
        second = _SECOND.get(found[0])
        if second and (other := key[: found.start()] + second + key[found.end() :]) in keys:
            return other
    return None
