"""Values and differences of metrics as text, for comparisons of models and of architectures."""

from __future__ import annotations

from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import percent, perplexity, safe
from lstmcli.evaluation.results import HUNDREDTHS, LOWER_IS_BETTER

MEASURES = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "f1": "F1 over all decisions",
    "perplexity": "perplexity",
    "bits_per_byte": "bits per byte",
    "bleu": "BLEU",
    "chrf": "chrF",
    "loss": "loss",
}


def named(measure: str) -> str:
    """The name of a measure in the language of the locale."""
    return of_display(MEASURES.get(measure, safe(measure.replace("_", " "))))


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
    text = change(measure, value)
    return text if measure in LOWER_IS_BETTER else of_display(f"{text} points")


def interval(measure: str, low: float, high: float, confidence: float) -> str:
    """The confidence interval of a difference."""
    return of_display(f"{100 * confidence:.0f} % interval: {change(measure, low)} to {change(measure, high)}")


def p_values(p_value: float, adjusted: float | None) -> str:
    """A p-value, and with Holm's correction if that differs."""
    if adjusted is None or adjusted == p_value:
        return _p_value(p_value)
    return of_display(f"{_p_value(p_value)}, {_p_value(adjusted)} with Holm's correction")


def _p_value(value: float) -> str:
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.2g}"


def verdict(better: str | None, significant: bool | None, no_test: str) -> str:
    """Which of two is better, and whether the difference is significant; ``no_test``: why there is no test."""
    if better is None:
        return of_display("no difference")
    if significant is None:
        return of_display(f"{better} is ahead; {no_test}")
    if significant:
        return of_display(f"{better} is better; significant at 5 %")
    return of_display(f"{better} is ahead; not significant at 5 %")
