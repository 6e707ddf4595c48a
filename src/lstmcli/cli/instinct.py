"""Names that other tools use for our commands and options; loaded only for an unknown name.

The names are those of fastText, spaCy, Hugging Face, scikit-learn, Keras, char-rnn, awd-lstm-lm, KenLM and OpenNMT.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstmcli.cli import no_equivalent

USE = ("classify", "classify --report", "perplexity", "generate")
MEASURE = ("classify --report", "perplexity")

COMMANDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("predict", "predictprob", "infer", "inference", "label", "tag", "apply", "run"), ("classify",)),
    **dict.fromkeys(("use",), USE),
    **dict.fromkeys(("evaluate", "eval", "test", "testlabel", "score", "validate", "benchmark", "accuracy"), MEASURE),
    **dict.fromkeys(("sample", "complete", "continue", "write", "prompt", "chat"), ("generate",)),
    **dict.fromkeys(("fit", "supervised", "learn", "lm", "lmplz", "onmttrain"), ("train",)),
    **dict.fromkeys(("resume", "new", "create", "build"), ("train",)),
    **dict.fromkeys(("init", "initconfig", "start", "tutorial", "example", "quickstart"), ("demo",)),
    **dict.fromkeys(("ppl", "surprisal", "bits", "logprob", "query"), ("perplexity",)),
    **dict.fromkeys(("debug", "explain", "interpret", "attention", "visualize"), ("inspect",)),
    **dict.fromkeys(("show", "describe", "summary", "dump"), ("info",)),
    **dict.fromkeys(("ttest", "significance", "diff", "race"), ("compare",)),
}
"""Foreign name, as ``bare`` writes it, to commands of ours."""

OPTIONS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("lr", "learnrate", "eta", "stepsize", "learningrateinit"), ("--learning-rate", "--adapt-rate")),
    **dict.fromkeys(
        ("epoch", "numepochs", "nepochs", "maxepochs", "numtrainepochs", "nepoch", "maxiter"), ("--epochs",)
    ),
    **dict.fromkeys(("out", "outputdir", "outdir", "outputfile", "savedir", "save", "saveto"), ("--output", "--html")),
    **dict.fromkeys(
        ("modeldir", "modelpath", "modelnameorpath", "load", "modelfile"), ("--model", "--output", "@models")
    ),
    **dict.fromkeys(("model", "savemodel"), ("--output", "@models")),
    **dict.fromkeys(("checkpoint", "ckpt", "initfrom", "loadmodel"), ("--model", "--resume", "@models")),
    **dict.fromkeys(("resumefromcheckpoint", "continue", "restore"), ("--resume",)),
    **dict.fromkeys(
        ("input", "data", "datadir", "inputfile", "dataset", "datasetname", "in", "corpus", "datapath"),
        ("@source", "@files", "--on", "--file", "@prompt"),
    ),
    **dict.fromkeys(("train", "trainfile", "traindata", "trainpath"), ("@source",)),
    **dict.fromkeys(("file", "files"), ("@source", "@files", "--on")),
    **dict.fromkeys(
        ("validationfile", "valfile", "dev", "devfile", "val", "validation", "autotunevalidation", "validationdata"),
        ("--valid",),
    ),
    **dict.fromkeys(("testfile", "testdata", "evalfile", "evaldata"), ("--test", "@files", "--on")),
    **dict.fromkeys(("testsize", "validationsplit", "valfrac", "validationsize", "valsize"), ("--valid-fraction",)),
    **dict.fromkeys(
        (
            *("batch", "bs", "batchsz", "minibatch", "perdevicetrainbatchsize", "perdeviceevalbatchsize"),
            *("trainbatchsize", "evalbatchsize"),
        ),
        ("--batch-size",),
    ),
    **dict.fromkeys(
        ("dim", "wordvecsize", "emsize", "embed", "embeddingdim", "embeddingsize", "embsize", "embdim"),
        ("--embedding",),
    ),
    **dict.fromkeys(
        ("rnnsize", "nhid", "hiddensize", "hiddendim", "units", "numhidden", "hiddenunits", "nhidden"), ("--hidden",)
    ),
    **dict.fromkeys(("nlayers", "numlayers", "nlayer", "depth", "numhiddenlayers"), ("--layers",)),
    **dict.fromkeys(("unidirectional", "unidir", "causal"), ("--one-way",)),
    **dict.fromkeys(("celltype", "rnntype", "rnn"), ("--cell",)),
    **dict.fromkeys(("wordngrams", "ngramrange", "ngram"), ("--ngrams",)),
    **dict.fromkeys(("bucket", "buckets"), ("--hash-buckets",)),
    **dict.fromkeys(("minfreq", "srcwordsminfrequency", "mindf", "mincounts"), ("--min-count",)),
    **dict.fromkeys(("maxfeatures", "vocab", "numwords", "maxvocab", "maxvocabsize", "nwords"), ("--vocab-size",)),
    **dict.fromkeys(("pretrainedvectors", "glove", "wordvectors", "embeddingsfile", "vec"), ("--vectors",)),
    **dict.fromkeys(("maxlen", "maxlength", "maxseqlength", "maxseqlen", "inputlength"), ("--max-tokens",)),
    **dict.fromkeys(("seqlength", "seqlen", "sequencelength", "blocksize"), ("--bptt", "--max-tokens")),
    **dict.fromkeys(("length", "maxnewtokens", "nchars", "ntokens", "words"), ("--max-tokens",)),
    **dict.fromkeys(("dropout", "drop", "dropoutrate", "pdrop", "dropoutp"), ("--output-dropout", "--layer-dropout")),
    "dropouth": ("--layer-dropout",),
    "dropouti": ("--input-dropout",),
    "dropoute": ("--word-dropout",),
    **dict.fromkeys(("wdrop", "weightdropout", "recurrentdropout"), ("--weight-drop",)),
    **dict.fromkeys(("wdecay", "wd", "l2", "decay"), ("--weight-decay",)),
    **dict.fromkeys(("gradclip", "clipgrad", "maxgradnorm", "clipnorm", "gradientclip"), ("--clip",)),
    **dict.fromkeys(("warmupsteps", "warmupratio", "warmupfrac"), ("--warmup",)),
    **dict.fromkeys(("lrschedulertype", "scheduler", "lrdecay", "lrschedule", "lrscheduler"), ("--schedule",)),
    **dict.fromkeys(("optim", "opt", "solver"), ("--optimizer",)),
    **dict.fromkeys(("earlystopping", "earlystoppingpatience", "earlystop"), ("--patience",)),
    **dict.fromkeys(("classweight", "weightclasses"), ("--class-weights",)),
    **dict.fromkeys(("labelsmoothingfactor", "smoothing"), ("--label-smoothing",)),
    **dict.fromkeys(("gpu", "cuda", "gpuid", "usegpu", "usecuda"), ("--device cuda",)),
    **dict.fromkeys(("cpu", "nocuda", "nogpu", "usecpu"), ("--device cpu",)),
    **dict.fromkeys(("bf16", "amp", "mixedprecision", "bfloat16"), ("--precision bf16",)),
    **dict.fromkeys(("randomstate", "randomseed", "rngseed"), ("--seed",)),
    **dict.fromkeys(("thread", "njobs", "numworkers", "workers", "jobs", "nthreads", "numthreads"), ("--threads",)),
    **dict.fromkeys(("temp", "t", "sampletemperature"), ("--temperature",)),
    **dict.fromkeys(("primetext", "starttext", "prime", "seedtext", "prompt", "prefix", "start"), ("@prompt",)),
    **dict.fromkeys(("text", "sentence"), ("--text", "@prompt", "@text")),
    **dict.fromkeys(("numsamples", "numreturnsequences", "nsamples", "num", "count"), ("-n",)),
    **dict.fromkeys(("numbeams", "beam", "beamsize", "beamwidth"), ("--beams",)),
    **dict.fromkeys(("norepeatngramsize",), ("--no-repeat-ngram",)),
    **dict.fromkeys(("nucleus",), ("--top-p",)),
    **dict.fromkeys(("k", "topn"), ("--top", "--top-k")),
    **dict.fromkeys(("th", "minprob"), ("--threshold",)),
    **dict.fromkeys(("saveevery", "checkpointevery", "savefreq", "savecheckpointsteps"), ("--checkpoint-every",)),
    **dict.fromkeys(("overwrite", "overwriteoutputdir", "yes", "y", "f"), ("--force",)),
    **dict.fromkeys(("sep", "separator", "sepchar"), ("--delimiter",)),
    **dict.fromkeys(("textcol", "textfield", "textcolumnname", "xcol", "content"), ("--text-column",)),
    **dict.fromkeys(("target", "labelcol", "labelfield", "labelcolumnname", "ycol", "labels"), ("--label-column",)),
    "label": ("--label-column", "--label-prefix"),
    **dict.fromkeys(("silent", "noprogress", "disabletqdm"), ("--quiet",)),
    **dict.fromkeys(("json", "tojson"), ("--format json",)),
    **dict.fromkeys(("metrics", "evaluate", "doeval", "accuracy"), ("--report",)),
    **dict.fromkeys(("autotuneduration", "timeout", "maxtime", "timelimit"), ("--time",)),
    **dict.fromkeys(("logdir", "loggingdir", "tblogdir"), ("--tensorboard",)),
    **dict.fromkeys(("cased", "casesensitive", "nolowercase"), ("--keep-case",)),
}
"""Foreign name, as ``bare`` writes it, to options of ours; ``@source`` is an argument."""


def bare(name: str) -> str:
    """A name in lower case without separators: ``batch_size`` and ``batchSize`` are the same."""
    return name.lower().replace("-", "").replace("_", "").replace(".", "").partition("=")[0]


def command(name: str) -> str:
    """What to use instead of the command ``name``; empty if unknown."""
    if sentence := no_equivalent.COMMANDS.get(bare(name)):
        return sentence
    matches = COMMANDS.get(bare(name), ())
    return "use " + " or ".join(f"`lstm {one}`" for one in matches) if matches else ""


def option(name: str, current: Any, others: Mapping[str, Any]) -> str:
    """What to use instead of the option ``name`` on the command ``here``, or which other command has it."""
    if matches := targets(name, current):
        return f"use {' or '.join(_written(one, current) for one in matches[:2])}"
    if sentence := no_equivalent.OPTIONS.get(bare(name)):
        return sentence
    for title, one in others.items():
        if matches := targets(name, one):
            return f"`lstm {title}` has {_written(matches[0], one)}"
    return ""


def targets(name: str, command: Any) -> list[str]:
    """The options and arguments of a command that ``name`` may mean."""
    own = names(command)
    same = [one for one in own if one.startswith("--") and bare(one) == bare(name)]
    return same or [one for one in OPTIONS.get(bare(name), ()) if one.split()[0] in own]


def names(command: Any) -> list[str]:
    """The options of a command, and its arguments prefixed with ``@``."""
    result = []
    for param in command.params:
        result += [f"@{param.name}"] if param.param_type_name == "argument" else [*param.opts, *param.secondary_opts]
    return result


def one_dash(args: list[str], command: Any) -> str:
    """The first long name with a single dash, as in fastText; it would be parsed letter by letter."""
    valued = {one for param in command.params if not getattr(param, "is_flag", True) for one in param.opts}
    for before, word in zip(["", *args], args, strict=False):
        if word == "--":
            return ""
        long = word.startswith("-") and not word.startswith("--") and len(word) > 2
        if long and before not in valued and (targets(word, command) or bare(word) in no_equivalent.OPTIONS):
            return word
    return ""


def _written(target: str, command: Any) -> str:
    if not target.startswith("@"):
        return target
    param = next(param for param in command.params if f"@{param.name}" == target)
    return f"the argument {param.metavar or param.name.upper()}, without an option name"
