"""The options of ``lstm train`` that no other command has: tokenizer, model, training, language models.

As in ``common.py``, names of parameters are names of config fields.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from lstmcli.classification.config import POOLINGS
from lstmcli.cli.options.common import DATA, OUTPUT, option, task_option
from lstmcli.config import CELL_NAMES
from lstmcli.language_modeling.config import OPTIMIZERS, PRESETS, SOFTMAXES
from lstmcli.tokenization.config import MODES, TOKENIZERS, WORDS
from lstmcli.training.config import PRECISIONS, SCHEDULES

TOKENIZER, MODEL, TRAINING = "Tokenizer", "Model", "Training"
LANGUAGE_MODEL, ADVANCED = "Language model", "Language model, advanced"

ValidFraction = Annotated[
    float | None,
    option(
        "--valid-fraction",
        panel=DATA,
        metavar="SHARE",
        show_default="1/20 to 1/10, by size",
        text="Share of the training rows held out for validation if --valid is not given.",
    ),
]

# Tokenizer
Tokenizer = Annotated[
    str,
    option(
        "--tokenizer",
        panel=TOKENIZER,
        among=TOKENIZERS,
        metavar="|".join([*TOKENIZERS, "FILE"]),
        text="How to split text into tokens, or the tokenizer.json of another model.",
    ),
]
VocabSize = Annotated[int, option("--vocab-size", panel=TOKENIZER, metavar="N", text="Maximum vocabulary size.")]
MinCount = Annotated[
    int, option("--min-count", panel=TOKENIZER, metavar="N", text="Treat words seen fewer than N times as unknown.")
]
KeepCase = Annotated[
    bool, option("--keep-case", panel=TOKENIZER, text="Do not lower-case the text.", show_default=False)
]
StripHtml = Annotated[
    bool,
    option("--strip-html", panel=TOKENIZER, text="Remove HTML tags and decode entities.", show_default=False),
]
MaxTokens = Annotated[
    int,
    option(
        "--max-tokens",
        panel=TOKENIZER,
        metavar="N",
        text="Maximum length of a text; of longer texts, the beginning and the end are kept.",
    ),
]
HashBuckets = Annotated[
    int | None,
    option(
        "--hash-buckets",
        panel=TOKENIZER,
        metavar="N",
        show_default="by corpus",
        text="Embedding rows for hashed affixes and character pairs; 0 for none.",
    ),
]

# Model
CellKind = Annotated[str, option("--cell", panel=MODEL, among=CELL_NAMES, text="Recurrent cell.")]
Embedding = Annotated[int, option("--embedding", panel=MODEL, metavar="N", text="Embedding size.")]
Vectors = Annotated[
    Path | None,
    option(
        "--vectors",
        panel=MODEL,
        metavar="FILE",
        text="Pretrained word vectors: fastText .vec or GloVe .txt, optionally gzipped.",
    ),
]
Hidden = Annotated[int, option("--hidden", panel=MODEL, metavar="N", text="Units per layer and direction.")]
LayerCount = Annotated[int, option("--layers", panel=MODEL, metavar="N", text="Number of recurrent layers.")]
OneWay = Annotated[
    bool, option("--one-way", panel=MODEL, text="Read left to right only, not in both directions.", show_default=False)
]
Pooling = Annotated[
    str,
    option(
        "--pooling",
        panel=MODEL,
        among=POOLINGS,
        metavar=",".join(POOLINGS),
        text="How to pool the states into one vector; several results are concatenated.",
    ),
]
Segment = Annotated[
    int,
    option("--segment", panel=MODEL, metavar="N", text="Read longer texts in segments of N tokens; 0 for one segment."),
]
EmbeddingDropout = Annotated[
    float, option("--embedding-dropout", panel=MODEL, metavar="P", text="Locked dropout on the embedded text.")
]
WordDropout = Annotated[
    float, option("--word-dropout", panel=MODEL, metavar="P", text="Share of words dropped in training.")
]
FeatureDropout = Annotated[
    float, option("--feature-dropout", panel=MODEL, metavar="P", text="Share of hashed features dropped in training.")
]
LayerDropout = Annotated[
    float, option("--layer-dropout", panel=MODEL, metavar="P", text="Locked dropout between layers.")
]
WeightDrop = Annotated[
    float, option("--weight-drop", panel=MODEL, metavar="P", text="DropConnect on the recurrent weights.")
]
OutputDropout = Annotated[
    float, option("--output-dropout", panel=MODEL, metavar="P", text="Dropout before the last layer.")
]
Ngrams = Annotated[
    int | None,
    option(
        "--ngrams",
        panel=MODEL,
        metavar="N",
        show_default="2, or 3 on large sets",
        text="Longest n-gram of the linear model that is combined with the network; 0 for no such model.",
    ),
]

# Training
Epochs = Annotated[
    int | None,
    option("--epochs", metavar="N", show_default="3 to 15, by corpus", text="Passes over the training data."),
]
Time = Annotated[str | None, option("--time", metavar="TIME", text="Training time limit: 30s, 15m, 1h.")]
Seed = Annotated[int, option("--seed", metavar="N", text="Random seed; the same seed gives the same model.")]
Deterministic = Annotated[
    bool,
    option(
        "--deterministic",
        panel=TRAINING,
        text="Refuse what could make a second run differ: --time, and unordered sums on a GPU.",
        show_default=False,
    ),
]
BatchSize = Annotated[int, option("--batch-size", panel=TRAINING, metavar="N", text="Texts per step.")]
LearningRate = Annotated[float, option("--learning-rate", panel=TRAINING, metavar="X", text="Peak learning rate.")]
Schedule = Annotated[
    str, option("--schedule", panel=TRAINING, among=SCHEDULES, text="Learning-rate schedule after warm-up.")
]
Warmup = Annotated[
    float, option("--warmup", panel=TRAINING, metavar="SHARE", text="Share of the steps used for warm-up.")
]
WeightDecay = Annotated[float, option("--weight-decay", panel=TRAINING, metavar="X", text="Weight decay.")]
Clip = Annotated[float, option("--clip", panel=TRAINING, metavar="X", text="Maximum gradient norm; 0 for no clipping.")]
Patience = Annotated[
    int,
    option(
        "--patience",
        panel=TRAINING,
        metavar="N",
        text="Stop after N epochs without improvement; 0 to disable early stopping.",
    ),
]
Ema = Annotated[
    float,
    option(
        "--ema",
        panel=TRAINING,
        metavar="EPOCHS",
        text="Span, in epochs, of the moving average of the weights; 0 for none.",
    ),
]
LabelSmoothing = Annotated[
    float,
    option(
        "--label-smoothing", panel=TRAINING, metavar="P", text="Label smoothing: probability taken from the true label."
    ),
]
Adversarial = Annotated[
    float,
    option(
        "--adversarial",
        panel=TRAINING,
        metavar="X",
        text="Size of the adversarial perturbation of embeddings; 0 for none.",
    ),
]
ClassWeights = Annotated[
    str,
    option(
        "--class-weights",
        panel=TRAINING,
        among=("none", "balanced"),
        text="Weight classes by inverse frequency (balanced).",
    ),
]
Precision = Annotated[
    str, option("--precision", panel=TRAINING, among=PRECISIONS, text="Number format of training steps.")
]

# Language models only; their defaults are the preset's
Preset = Annotated[
    str | None,
    option(
        "--preset",
        panel=LANGUAGE_MODEL,
        among=PRESETS,
        show_default="small; chars for character tokens",
        text="Size and regularisation. Other options override parts of the preset.",
    ),
]
Mode = Annotated[
    str,
    option(
        "--mode",
        panel=LANGUAGE_MODEL,
        among=MODES,
        text="Whether each line is a separate text, or the file is one document.",
    ),
]
Words = Annotated[
    str,
    option(
        "--words",
        panel=LANGUAGE_MODEL,
        among=WORDS,
        text="What the word tokenizer treats as a word: anything between spaces, or words as found in running text.",
    ),
]
Bptt = Annotated[
    int | None,
    option("--bptt", panel=LANGUAGE_MODEL, metavar="N", text="Window of backpropagation through time, in tokens."),
]
Optimizer = Annotated[
    str | None,
    option(
        "--optimizer",
        panel=LANGUAGE_MODEL,
        among=OPTIMIZERS,
        text="AdamW, or averaged SGD.",
    ),
]
Untied = Annotated[
    bool,
    option(
        "--untied",
        panel=LANGUAGE_MODEL,
        text="Do not share the softmax weights with the embedding.",
        show_default=False,
    ),
]
InputDropout = Annotated[
    float | None,
    option("--input-dropout", panel=LANGUAGE_MODEL, metavar="P", text="Locked dropout on the embedded tokens."),
]
Alpha = Annotated[
    float | None,
    option("--alpha", panel=LANGUAGE_MODEL, metavar="X", text="Penalty on large outputs of the last layer (AR)."),
]
Beta = Annotated[
    float | None,
    option("--beta", panel=LANGUAGE_MODEL, metavar="X", text="Penalty on their changes between tokens (TAR)."),
]
Softmax = Annotated[
    str,
    option(
        "--softmax",
        panel=ADVANCED,
        among=SOFTMAXES,
        text="Full softmax, or adaptive: faster for vocabularies of tens of thousands, with rare words in clusters. "
        "Implies --untied.",
    ),
]
TrainingTask = Annotated[
    str | None,
    task_option(
        "What to train: a classifier, a language model or a translator.",
        "classify where the text has labels, translate where it has pairs, else lm",
        DATA,
    ),
]
Force = Annotated[bool, option("--force", text="Replace an existing model.", show_default=False)]
Resume = Annotated[
    bool, option("--resume", text="Continue an unfinished run from its last checkpoint.", show_default=False)
]
CheckpointEvery = Annotated[
    str, option("--checkpoint-every", panel=OUTPUT, metavar="TIME", text="How often to save a checkpoint; or never.")
]
