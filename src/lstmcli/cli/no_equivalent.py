"""Features of other tools that are missing here, or are the default: a sentence with what to do instead.

The names are those of fastText, spaCy, Hugging Face, scikit-learn, char-rnn, awd-lstm-lm, KenLM and OpenNMT.
Options in a sentence stand in backquotes together with their command; a test checks that they exist.
"""

from __future__ import annotations

_LOWERED = "text for classifiers is lower-cased unless `lstm train --keep-case` is given"
_TIED = "embedding and softmax share their weights unless `lstm train --untied` is given"
_HALF = "fp16 is not supported; `lstm train --precision bf16` also uses 16-bit numbers"
_GRAMS = "subword lengths are fixed; `lstm train --hash-buckets` sets how many embedding rows they share"
_NO_VECTORS = "word vectors are not trained here; `lstm train --vectors` starts from those of fastText or GloVe"
_NO_SEARCH = "there is no hyper-parameter search; `lstm train` chooses settings that are not given by the data"
_NO_TRAINING_ON = "a finished model cannot be trained further; `lstm train --resume` continues an unfinished run"
_ONNX = "no export is needed: `lstm train` writes a model.onnx for other programs"
_INT8 = "no extra step is needed: use `lstm classify --engine int8` or `lstm generate --engine int8`"
_NO_SERVER = "there is no server; `lstm classify` answers line by line while its input is open"
_NO_STEPS = "there is no limit in steps; use `lstm train --epochs` or `lstm train --time`"
_NO_TRANSLATION = "translation is not supported in this version"
_CHECKPOINT = "the best epoch is always kept; `lstm train --checkpoint-every` sets how often a checkpoint is saved"
_LOG = "`lstm train` writes log.jsonl into the model; `lstm train --tensorboard` also writes TensorBoard events"
_ALONE = "`lstm train` uses one processor or one GPU"

COMMANDS: dict[str, str] = {
    **dict.fromkeys(("skipgram", "cbow", "printwordvectors", "printsentencevectors"), _NO_VECTORS),
    **dict.fromkeys(("nn", "analogies"), "nearest neighbours of words are not supported; see `lstm inspect`"),
    **dict.fromkeys(("autotune", "tune", "search", "gridsearch", "sweep", "hyperparametersearch"), _NO_SEARCH),
    **dict.fromkeys(("finetune", "pretrain", "partialfit"), _NO_TRAINING_ON),
    **dict.fromkeys(("export", "convert", "package", "onnx"), _ONNX),
    **dict.fromkeys(("quantize", "quantise"), _INT8),
    **dict.fromkeys(("serve", "pipeline", "server", "api"), _NO_SERVER),
    **dict.fromkeys(("translate", "mt"), _NO_TRANSLATION),
    **dict.fromkeys(("buildvocab", "preprocess", "buildbinary", "tokenize", "onmtbuildvocab"), (
        "no preparation is needed: `lstm train` reads raw text and builds the vocabulary"
    )),
}  # fmt: skip
"""Foreign name, as ``instinct.bare`` writes it, to a sentence."""

OPTIONS: dict[str, str] = {
    **dict.fromkeys(("lowercase", "dolowercase", "lower", "uncased", "dolower"), _LOWERED),
    **dict.fromkeys(("tied", "tieweights", "tiewordembeddings", "shareembeddings"), _TIED),
    **dict.fromkeys(("fp16", "half", "float16"), _HALF),
    **dict.fromkeys(("minn", "maxn"), _GRAMS),
    "mincountlabel": "rare labels are kept; remove them from the data",
    **dict.fromkeys(("loss", "neg", "ws", "hs"), "the loss is always cross-entropy; see `lstm train`"),
    **dict.fromkeys(("lrupdaterate", "qnorm", "qout", "retrain", "dsub"), "it does not apply here; leave it out"),
    **dict.fromkeys(("quantize", "quantise", "int8"), _INT8),
    **dict.fromkeys(("savesteps", "saveinterval", "savetotallimit", "savestrategy", "loadbestmodelatend"), _CHECKPOINT),
    **dict.fromkeys(("maxsteps", "trainsteps", "niter", "iterations", "steps"), _NO_STEPS),
    **dict.fromkeys(("loggingsteps", "reportto", "loginterval", "printevery", "reportevery", "logfile"), _LOG),
    **dict.fromkeys(("evaluationstrategy", "evalsteps", "evalvalevery", "evalstrategy", "validsteps"), (
        "`lstm train` evaluates on the validation data after every epoch"
    )),
    **dict.fromkeys(("gradientaccumulationsteps", "accumcount"), (
        "there is no gradient accumulation; `lstm train --batch-size` is the batch of a step"
    )),
    **dict.fromkeys(("worldsize", "gpuranks", "localrank", "multigpu", "ngpu", "distributed"), _ALONE),
    **dict.fromkeys(("src", "tgt", "srclang", "tgtlang", "trainsrc", "traintgt"), _NO_TRANSLATION),
    **dict.fromkeys(("dotrain", "dopredict", "dotest"), "each is a command: `lstm train`, `lstm classify`"),
    **dict.fromkeys(("pushtohub", "hubmodelid"), "nothing is uploaded; a model is a folder"),
    **dict.fromkeys(("order",), "the nearest to an n-gram order is `lstm train --bptt`: how far gradients reach"),
    **dict.fromkeys(("arpa", "prune", "discountfallback", "memory", "vocabestimate"), (
        "that is for n-gram models; `lstm compare` can compare KenLM models with ours"
    )),
    **dict.fromkeys(("stratify",), (
        "the validation split is always stratified; `lstm train --valid-fraction` sets its size"
    )),
    **dict.fromkeys(("stopwords", "maxdf"), (
        "there is no stop-word list; `lstm train --min-count` treats rare words as unknown"
    )),
    **dict.fromkeys(("onnx", "export"), _ONNX),
    **dict.fromkeys(("opencl",), "GPUs are supported through CUDA: `lstm train --device cuda`"),
    **dict.fromkeys(("nonmono", "when"), "`lstm train --optimizer sgd` starts averaging by itself"),
}  # fmt: skip
"""The same for options."""
