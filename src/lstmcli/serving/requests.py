"""What a request says, as FastAPI checks and documents it.  A field that is left out is the model's own default."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from lstmcli.classification.results import SHOWN

Texts = Annotated[
    str | list[str], Field(description="A text, or a list of texts.", examples=[["the room was spotless"]])
]


class Asked(BaseModel):
    """What all requests say."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: str | None = Field(None, description="Name of the model; not needed where one answers such requests.")

    def given(self, *without: str) -> dict[str, Any]:
        """The options that are given, by name."""
        return {
            name: value
            for name, value in self
            if value is not None and name not in ("model", "texts", "prompt", "stream", "per", *without)
        }


class Classify(Asked):
    texts: Texts
    top: int | None = Field(None, ge=1, description=f"Only the K most probable labels; {SHOWN} unless given.")
    threshold: float | None = Field(None, ge=0, le=1, description="No label below this probability.")
    novelty: bool | None = Field(None, description="How unlike the training texts each text is, from 0 to 1.")
    max_novelty: float | None = Field(None, ge=0, le=1, description="No label above this novelty.")


class Perplexity(Asked):
    texts: Annotated[str | list[str], Field(description="One text, whose lines are read in order, or several.")]
    per: str | None = Field(None, description="Surprisal of each unit, not totals: line, word, token or char.")
    stream: bool | None = Field(None, description="Carry the state from line to line.")
    lines: bool | None = Field(None, description="Score each line separately.")
    segments: bool | None = Field(None, description="Spaces separate words but are not part of the text.")
    match_corpus: bool | None = Field(None, description="Rewrite the text in the style of the training corpus first.")

    def given(self, *without: str) -> dict[str, Any]:
        found = super().given(*without)
        return found if self.stream is None else {**found, "stream": self.stream}


class Generate(Asked):
    prompt: Annotated[str | list[str], Field(description="A text to continue, or several.")] = ""
    stream: bool = Field(False, description="Send the text as it is made, as server-sent events.")
    n: int | None = Field(None, ge=1, le=100, description="Number of texts for each prompt.")
    max_tokens: int | None = Field(None, ge=1, le=100_000, description="Maximum length of a text.")
    temperature: float | None = Field(None, description="0 always takes the likeliest token.")
    seed: int | None = Field(None, ge=0, description="The same seed gives the same text.")
    stop: str | list[str] | None = Field(None, max_length=1000, description="A text ends before one of these.")
    top_k: int | None = Field(None, description="Sample from the K most probable tokens.")
    top_p: float | None = Field(None, description="Nucleus sampling: from tokens of this total probability.")
    min_p: float | None = Field(None, description="From tokens with this share of the best one's probability.")
    typical: float | None = Field(None, description="Locally typical sampling.")
    repetition_penalty: float | None = Field(None, description="Above 1: repeated tokens become less probable.")
    no_repeat_ngram: int | None = Field(None, description="No n-gram of this length occurs twice.")
    allow_unknown: bool | None = Field(None, description="Allow the unknown token.")
    beams: int | None = Field(None, ge=1, le=32, description="Beam search with this many texts.")
    n_best: int | None = Field(None, ge=1, le=32, description="Number of texts of a beam search.")
    length_penalty: float | None = Field(None, description="Of a beam search; 0 favours short texts.")
    show_alternatives: int | None = Field(None, ge=1, le=100, description="Likeliest tokens at each position.")


class Translate(Asked):
    texts: Texts
    n: int | None = Field(None, ge=1, le=32, description="Number of translations of each text.")
    beam: int | None = Field(None, ge=1, le=32, description="Hypotheses that are kept at each step.")
    length_penalty: float | None = Field(None, description="0 favours short translations; the higher, the longer.")
    alignment: bool | None = Field(None, description="With the attention of each token.")
