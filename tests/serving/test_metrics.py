"""Counters in the text format of Prometheus."""

from __future__ import annotations

import re

from lstmcli.serving.metrics import Metrics


def test_every_line_is_one_that_prometheus_reads() -> None:
    metrics = Metrics()
    metrics.request("classify", 'a "model"\n', 200, 0.003)
    metrics.request("classify", "b", 503, 99.0)
    metrics.batch("b", 7)
    metrics.loaded("b", "12ab")
    text = metrics.text()
    sample = re.compile(r'[a-z_]+(\{([a-z]+="(\\.|[^"\\\n])*",?)+\})? [0-9.]+')
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) [a-z_]+ .+", line) or sample.fullmatch(line), line
    assert 'lstm_requests_total{operation="classify",model="a \\"model\\"\\n",status="200"} 1' in text
    assert 'lstm_request_seconds_bucket{operation="classify",le="0.0025"} 0' in text
    assert 'lstm_request_seconds_bucket{operation="classify",le="0.005"} 1' in text
    assert 'lstm_request_seconds_bucket{operation="classify",le="+Inf"} 2' in text
    assert 'lstm_batch_items_total{model="b"} 7' in text
