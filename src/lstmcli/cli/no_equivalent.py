"""What other tools have and this one does not, or has the other way round: what is true, and what to do instead.

The names are those of fastText, spaCy, Hugging Face, scikit-learn, char-rnn, awd-lstm-lm, KenLM and OpenNMT.
Each command of ours that a sentence names has the options that stand with it in the same backticks.
"""

from __future__ import annotations

_LOWERED = "texts for a classifier are lower-cased unless `lstm train --keep-case` says otherwise"
_TIED = "embedding and softmax share their weights unless `lstm train --untied` says otherwise"
_HALF = "fp16 is not offered; `lstm train --precision bf16` halves numbers too"
_GRAMS = "the length of the pieces of words cannot be set; `lstm train --hash-buckets` says how many rows they share"
_NO_VECTORS = "word vectors are not made here; `lstm train --vectors` starts from those of fastText or GloVe"
_NO_SEARCH = "there is no search over settings; `lstm train` sets what is not given by the data"
_NO_TRAINING_ON = "a finished model is not trained further; `lstm train --resume` goes on with a run that was ended"
_ONNX = "nothing has to be exported: the model.onnx that `lstm train` writes is for other programs"
_INT8 = "nothing has to be made: `lstm classify --engine int8` and `lstm generate --engine int8` compute in 8 bits"
_NO_SERVER = "there is no server; `lstm classify` answers line by line for as long as its input is open"
_NO_STEPS = "steps cannot be counted in a limit; `lstm train --epochs` and `lstm train --time` are the limits"
_NO_TRANSLATION = "translation is not offered in this version"
_CHECKPOINT = "the best epoch is always what is kept, and `lstm train --checkpoint-every` says how often a run is saved"
_LOG = "`lstm train` writes log.jsonl into the model, and `lstm train --tensorboard` writes events there, too"
_ALONE = "`lstm train` uses one processor or one GPU"

COMMANDS: dict[str, str] = {
    **dict.fromkeys(("skipgram", "cbow", "printwordvectors", "printsentencevectors"), _NO_VECTORS),
    **dict.fromkeys(("nn", "analogies"), "neighbours of words are not offered; see `lstm inspect`"),
    **dict.fromkeys(("autotune", "tune", "search", "gridsearch", "sweep", "hyperparametersearch"), _NO_SEARCH),
    **dict.fromkeys(("finetune", "pretrain", "partialfit"), _NO_TRAINING_ON),
    **dict.fromkeys(("export", "convert", "package", "onnx"), _ONNX),
    **dict.fromkeys(("quantize", "quantise"), _INT8),
    **dict.fromkeys(("serve", "pipeline", "server", "api"), _NO_SERVER),
    **dict.fromkeys(("translate", "mt"), _NO_TRANSLATION),
    **dict.fromkeys(("buildvocab", "preprocess", "buildbinary", "tokenize", "onmtbuildvocab"), (
        "no step goes before: `lstm train` reads the text as it is and makes the vocabulary"
    )),
}  # fmt: skip
"""Foreign name, in small letters without joints, to a sentence."""

OPTIONS: dict[str, str] = {
    **dict.fromkeys(("lowercase", "dolowercase", "lower", "uncased", "dolower"), _LOWERED),
    **dict.fromkeys(("tied", "tieweights", "tiewordembeddings", "shareembeddings"), _TIED),
    **dict.fromkeys(("fp16", "half", "float16"), _HALF),
    **dict.fromkeys(("minn", "maxn"), _GRAMS),
    "mincountlabel": "rare labels are kept; take them out of the data",
    **dict.fromkeys(("loss", "neg", "ws", "hs"), "`lstm train` predicts all labels at once, and has no other loss"),
    **dict.fromkeys(("lrupdaterate", "qnorm", "qout", "retrain", "dsub"), "it has no meaning here; leave it out"),
    **dict.fromkeys(("quantize", "quantise", "int8"), _INT8),
    **dict.fromkeys(("savesteps", "saveinterval", "savetotallimit", "savestrategy", "loadbestmodelatend"), _CHECKPOINT),
    **dict.fromkeys(("maxsteps", "trainsteps", "niter", "iterations", "steps"), _NO_STEPS),
    **dict.fromkeys(("loggingsteps", "reportto", "loginterval", "printevery", "reportevery", "logfile"), _LOG),
    **dict.fromkeys(("evaluationstrategy", "evalsteps", "evalvalevery", "evalstrategy", "validsteps"), (
        "`lstm train` measures on the validation data after every epoch"
    )),
    **dict.fromkeys(("gradientaccumulationsteps", "accumcount"), "`lstm train --batch-size` is what a step sees"),
    **dict.fromkeys(("worldsize", "gpuranks", "localrank", "multigpu", "ngpu", "distributed"), _ALONE),
    **dict.fromkeys(("src", "tgt", "srclang", "tgtlang", "trainsrc", "traintgt"), _NO_TRANSLATION),
    **dict.fromkeys(("dotrain", "dopredict", "dotest"), "each is a command: `lstm train`, `lstm classify`"),
    **dict.fromkeys(("pushtohub", "hubmodelid"), "nothing is sent anywhere; a model is a folder"),
    **dict.fromkeys(("order",), "`lstm train --bptt` is the nearest to the order of n-grams: how far gradients reach"),
    **dict.fromkeys(("arpa", "prune", "discountfallback", "memory", "vocabestimate"), (
        "that is for n-gram models; `lstm compare` measures those of KenLM beside ours"
    )),
    **dict.fromkeys(("stratify",), "texts for validation are always drawn by label; `lstm train --valid-fraction`"),
    **dict.fromkeys(("stopwords", "maxdf"), "no list of words; `lstm train --min-count` leaves out rare ones"),
    **dict.fromkeys(("onnx", "export"), _ONNX),
    **dict.fromkeys(("opencl",), "GPUs are used through CUDA: `lstm train --device cuda`"),
    **dict.fromkeys(("nonmono", "when"), "`lstm train --optimizer sgd` begins its average by itself"),
}  # fmt: skip
"""The same of options."""
