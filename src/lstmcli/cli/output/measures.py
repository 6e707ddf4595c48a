"""Values and differences of metrics as text, for comparisons of models and of architectures."""

from __future__ import annotations

from lstmcli.cli.output.console import percent, perplexity
from lstmcli.evaluation.results import HUNDREDTHS, LOWER_IS_BETTER

MEASURES = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "f1": "F1 over all decisions",
    "perplexity": "perplexity",
    "bits_per_byte": "bits per byte",
    "bleu": "BLEU",
    "chrf": "chrF",
}


def amount(measure: str, value: float) -> str:
    """A value of a measure."""
    if measure == "perplexity":
        return perplexity(value)
    if measure in HUNDREDTHS:
        return f"{value:.2f}"
    return f"{value:.4f}" if measure == "bits_per_byte" else percent(value, 2)


def change(measure: str, value: float) -> str:
    """A difference between two values, without its unit."""
    if measure == "perplexity" or measure in HUNDREDTHS:
        return f"{value:+,.2f}"
    return f"{value:+.4f}" if measure == "bits_per_byte" else f"{100 * value:+.2f}"


def change_with_unit(measure: str, value: float) -> str:
    return change(measure, value) + ("" if measure in LOWER_IS_BETTER else " points")


def interval(measure: str, low: float, high: float, confidence: float) -> str:
    """The confidence interval of a difference."""
    return f"{100 * confidence:.0f} % interval: {change(measure, low)} to {change(measure, high)}"


def p_values(p_value: float, adjusted: float | None) -> str:
    """A p-value, and with Holm's correction if that differs."""
    holm = "" if adjusted is None or adjusted == p_value else f", {_p_value(adjusted)} with Holm's correction"
    return _p_value(p_value) + holm


def _p_value(value: float) -> str:
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.2g}"


def verdict(better: str | None, significant: bool | None, no_test: str) -> str:
    """Which of two is better, and whether the difference is significant; ``no_test``: why there is no test."""
    if better is None:
        return "no difference"
    if significant is None:
        return f"{better} is ahead; {no_test}"
    return f"{better} is {'better; significant' if significant else 'ahead; not significant'} at 5 %"
