"""The options of ``lstm train`` that no other command has: tokenizer, model, training, language models.

As in ``common.py``, names of parameters are names of config fields.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from lstmcli.classification.config import POOLINGS
from lstmcli.cli.options.common import DATA, MAIN, OUTPUT, Section, task_option
from lstmcli.config import CELL_NAMES
from lstmcli.language_modeling.config import OPTIMIZERS, PRESETS, SOFTMAXES
from lstmcli.tokenization.config import MODES, TOKENIZERS, WORDS
from lstmcli.training.config import PRECISIONS, SCHEDULES

TOKENIZER, MODEL, TRAINING = Section("Tokenizer"), Section("Model"), Section("Training")
TEACHING = Section("Teachers and texts without labels")
LANGUAGE_MODEL, ADVANCED = Section("Language model"), Section("Language model, advanced")
TOKENIZER_OR_FILE = "|".join([*TOKENIZERS, "FILE"])

ValidFraction = Annotated[
    float | None,
    DATA.option(
        *("--valid-fraction", "SHARE"),
        "Share of the training rows held out for validation if --valid is not given.",
        show_default="1/20 to 1/10, by size",
    ),
]

CheckLabels = Annotated[
    bool, MAIN.flag("--check-labels", "Train nothing: list the texts whose labels may be wrong, the surest first.")
]

# Tokenizer
Tokenizer = Annotated[
    str,
    TOKENIZER.choice(
        *("--tokenizer", TOKENIZERS),
        "How to split text into tokens, or the tokenizer.json of another model.",
        metavar=TOKENIZER_OR_FILE,
    ),
]
VocabSize = Annotated[int, TOKENIZER.option("--vocab-size", "N", "Maximum vocabulary size.")]
MinCount = Annotated[int, TOKENIZER.option("--min-count", "N", "Treat words seen fewer than N times as unknown.")]
KeepCase = Annotated[bool, TOKENIZER.flag("--keep-case", "Do not lower-case the text.")]
StripHtml = Annotated[bool, TOKENIZER.flag("--strip-html", "Remove HTML tags and decode entities.")]
MaxTokens = Annotated[
    int,
    TOKENIZER.option(
        "--max-tokens", "N", "Maximum length of a text; of longer texts, the beginning and the end are kept."
    ),
]
HashBuckets = Annotated[
    int | None,
    TOKENIZER.option(
        *("--hash-buckets", "N"),
        "Embedding rows for hashed affixes and character pairs; 0 for none.",
        show_default="by corpus",
    ),
]

# Model
CellKind = Annotated[str, MODEL.choice("--cell", CELL_NAMES, "Recurrent cell.")]
Embedding = Annotated[int, MODEL.option("--embedding", "N", "Embedding size.")]
Vectors = Annotated[
    Path | None,
    MODEL.option("--vectors", "FILE", "Pretrained word vectors: fastText .vec or GloVe .txt, optionally gzipped."),
]
Size = Annotated[
    str | None,
    MODEL.option(
        "--size", "SIZE", "Maximum size of the model directory: 500k, 2M. Fewer words, int8, n-grams that matter most."
    ),
]
Hidden = Annotated[int, MODEL.option("--hidden", "N", "Units per layer and direction.")]
LayerCount = Annotated[int, MODEL.option("--layers", "N", "Number of recurrent layers.")]
OneWay = Annotated[bool, MODEL.flag("--one-way", "Read left to right only, not in both directions.")]
Pooling = Annotated[
    str,
    MODEL.choices(
        *("--pooling", POOLINGS),
        "How to pool the states into one vector; several results are concatenated.",
        metavar=",".join(POOLINGS),
    ),
]
Segment = Annotated[
    int, MODEL.option("--segment", "N", "Read longer texts in segments of N tokens; 0 for one segment.")
]
EmbeddingDropout = Annotated[float, MODEL.option("--embedding-dropout", "P", "Locked dropout on the embedded text.")]
WordDropout = Annotated[float, MODEL.option("--word-dropout", "P", "Share of words dropped in training.")]
FeatureDropout = Annotated[
    float, MODEL.option("--feature-dropout", "P", "Share of hashed features dropped in training.")
]
LayerDropout = Annotated[float, MODEL.option("--layer-dropout", "P", "Locked dropout between layers.")]
WeightDrop = Annotated[float, MODEL.option("--weight-drop", "P", "DropConnect on the recurrent weights.")]
OutputDropout = Annotated[float, MODEL.option("--output-dropout", "P", "Dropout before the last layer.")]
Ngrams = Annotated[
    int | None,
    MODEL.option(
        *("--ngrams", "N"),
        "Longest n-gram of the linear model that is combined with the network; 0 for no such model.",
        show_default="2, or 3 on large sets",
    ),
]

Characters = Annotated[
    int | None,
    MODEL.option(
        *("--characters", "N"),
        "Longest n-gram of characters in words, for a second linear model; 0 for no such model.",
        show_default="5, or 0 for Chinese and large sets",
    ),
]

# Training
Output = Annotated[
    Path | None,
    MAIN.option(
        "--output -o", "DIR", "Directory for the model.", show_default="lstm-model/classifier, translator or lm"
    ),
]
Valid = Annotated[str | None, MAIN.option("--valid", "FILE", "Validation data.")]
Test = Annotated[str | None, MAIN.option("--test", "FILE", "Test data, evaluated once at the end.")]
Epochs = Annotated[
    int | None,
    MAIN.option(
        "--epochs", "N", "Passes over the training data.", show_default="3 to 15, by corpus; more for few rows"
    ),
]
Time = Annotated[str | None, MAIN.option("--time", "TIME", "Time limit of the whole run: 30s, 15m, 1h.")]
Seed = Annotated[int, MAIN.option("--seed", "N", "Random seed; the same seed gives the same model.")]
FoldCount = Annotated[
    int | None,
    MAIN.option(
        "--cv", "K", "First cross-validate: K models, each measured on another part; the figure has an interval."
    ),
]
DryRun = Annotated[bool, MAIN.flag("--dry-run", "Check the data and estimate time and memory, without training.")]
Force = Annotated[bool, MAIN.flag("--force", "Replace an existing model.")]
Resume = Annotated[bool, MAIN.flag("--resume", "Continue an unfinished run from its last checkpoint.")]
Deterministic = Annotated[
    bool,
    TRAINING.flag(
        "--deterministic", "Refuse what could make a second run differ: --time, and unordered sums on a GPU."
    ),
]
BatchSize = Annotated[int, TRAINING.option("--batch-size", "N", "Texts per step.")]
LearningRate = Annotated[float, TRAINING.option("--learning-rate", "X", "Peak learning rate.")]
Schedule = Annotated[str, TRAINING.choice("--schedule", SCHEDULES, "Learning-rate schedule after warm-up.")]
Warmup = Annotated[float, TRAINING.option("--warmup", "SHARE", "Share of the steps used for warm-up.")]
WeightDecay = Annotated[float, TRAINING.option("--weight-decay", "X", "Weight decay.")]
Clip = Annotated[float, TRAINING.option("--clip", "X", "Maximum gradient norm; 0 for no clipping.")]
Patience = Annotated[
    int | None,
    TRAINING.option(
        "--patience",
        "N",
        "Stop after N epochs without improvement; 0 to disable early stopping.",
        show_default="5, or 0 for few rows",
    ),
]
Ema = Annotated[
    float, TRAINING.option("--ema", "EPOCHS", "Span, in epochs, of the moving average of the weights; 0 for none.")
]
LabelSmoothing = Annotated[
    float, TRAINING.option("--label-smoothing", "P", "Label smoothing: probability taken from the true label.")
]
Adversarial = Annotated[
    float, TRAINING.option("--adversarial", "X", "Size of the adversarial perturbation of embeddings; 0 for none.")
]
ClassWeights = Annotated[
    str, TRAINING.choice("--class-weights", ("none", "balanced"), "Weight classes by inverse frequency (balanced).")
]
Precision = Annotated[str, TRAINING.choice("--precision", PRECISIONS, "Number format of training steps.")]

# Teachers and texts without labels
Teacher = Annotated[
    list[str] | None,
    TEACHING.option(
        *("--teacher", "FILE"),
        "Texts with a teacher's probability of each label (p_LABEL columns, or the output of `lstm classify --format "
        "jsonl`); repeat the option to average teachers.",
    ),
]
TeacherWeight = Annotated[
    float | None,
    TEACHING.option(
        *("--teacher-weight", "P"),
        "What the teacher counts beside a label of the same text.",
        show_default="0.5 if it gives the same label, else 0",
    ),
]
TeacherTemperature = Annotated[
    float, TEACHING.option("--teacher-temperature", "T", "Above 1, the teacher's smaller probabilities count more.")
]
Unlabelled = Annotated[
    list[str] | None,
    TEACHING.option("--unlabelled", "FILE", "Texts without labels to learn from; repeat the option for several files."),
]
Virtual = Annotated[
    float, TEACHING.option("--virtual", "X", "Weight of virtual adversarial training on unlabelled texts; 0 for none.")
]
Entropy = Annotated[
    float, TEACHING.option("--entropy", "X", "Weight of entropy minimisation on unlabelled texts; 0 for none.")
]

# Language models only; their defaults are the preset's
Preset = Annotated[
    str | None,
    LANGUAGE_MODEL.choice(
        *("--preset", PRESETS),
        "Size and regularisation. Other options override parts of the preset.",
        show_default="small; chars for character tokens",
    ),
]
ListPresets = Annotated[
    bool, LANGUAGE_MODEL.flag("--list-presets", "List the presets with their papers and published figures, and exit.")
]
Mode = Annotated[
    str, LANGUAGE_MODEL.choice("--mode", MODES, "Whether each line is a separate text, or the file is one document.")
]
Words = Annotated[
    str,
    LANGUAGE_MODEL.choice(
        *("--words", WORDS),
        "What the word tokenizer treats as a word: anything between spaces, or words as found in running text.",
    ),
]
Bptt = Annotated[int | None, LANGUAGE_MODEL.option("--bptt", "N", "Window of backpropagation through time, in tokens.")]
Optimizer = Annotated[str | None, LANGUAGE_MODEL.choice("--optimizer", OPTIMIZERS, "AdamW, or averaged SGD.")]
Untied = Annotated[bool, LANGUAGE_MODEL.flag("--untied", "Do not share the softmax weights with the embedding.")]
InputDropout = Annotated[
    float | None, LANGUAGE_MODEL.option("--input-dropout", "P", "Locked dropout on the embedded tokens.")
]
Alpha = Annotated[
    float | None,
    LANGUAGE_MODEL.option(
        "--alpha", "X", "Penalty on large outputs of the last layer (AR).", show_default="2 from 8 epochs on, else 0"
    ),
]
Beta = Annotated[
    float | None,
    LANGUAGE_MODEL.option(
        "--beta", "X", "Penalty on their changes between tokens (TAR).", show_default="1 from 8 epochs on, else 0"
    ),
]
Softmax = Annotated[
    str,
    ADVANCED.choice(
        *("--softmax", SOFTMAXES),
        "Full softmax, or adaptive: faster for vocabularies of tens of thousands, with rare words in clusters. "
        "Implies --untied.",
    ),
]
SoftmaxWords = Annotated[
    int | None,
    ADVANCED.option(
        *("--softmax-words", "N"),
        "Words whose logits a training step computes, beside its targets, drawn anew each time; 0 for all.",
        show_default="all of up to 4,000, else an eighth",
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
Processes = Annotated[
    str | None,
    TRAINING.option("--processes", "N|auto", "Processes on this machine that train together; auto: one for each GPU."),
]
ProcessTimeout = Annotated[
    str, TRAINING.option("--process-timeout", "TIME", "How long a process waits for the others before the run ends.")
]
CheckpointEvery = Annotated[
    str, OUTPUT.option("--checkpoint-every", "TIME", "How often to save a checkpoint; or never.")
]
LogFormat = Annotated[
    Literal["text", "json"],
    OUTPUT.option("--log-format", "text|json", "Progress on stderr: text, or an event per line as JSON."),
]
PrintConfig = Annotated[
    bool, OUTPUT.flag("--print-config", "Write a TOML file for --config that repeats this run, and do not train.")
]
TensorBoard = Annotated[
    Path | None, OUTPUT.option("--tensorboard", "DIR", "Also write TensorBoard events to this directory.")
]
MLflow = Annotated[
    str | None,
    OUTPUT.option("--mlflow", "EXPERIMENT", "Also log the run to this MLflow experiment, at $MLFLOW_TRACKING_URI."),
]
PlotFile = Annotated[Path | None, OUTPUT.option("--plot", "FILE", "Also draw the curves of the run, as SVG.")]
