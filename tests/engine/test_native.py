"""The kernel as a library: how it is loaded, its arithmetic at the edges, and under the compiler's sanitizers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lstmcli.engine.native import VERSION, Library
from lstmcli.engine.native_product import Product, room
from lstmcli.engine.native_stack import Memo, Rows, Stack, attention
from lstmcli.errors import UsageError
from support.kernel import LEVELS, NATIVE, at_level, built, compile_module, compiler

ROOT = NATIVE.parent
ARITHMETIC = (
    "bits",
    "probabilities",
    "product",
    "gates",
    "half",
    "remembered",
    "threads",
    "refused",
    "sixteen",
    "sums",
    "dictionar",
)
"""Words in the names of tests that are run under the sanitizers."""


@pytest.fixture(scope="module", params=LEVELS)
def kernel(request: pytest.FixtureRequest) -> Library:
    return at_level(request.param)


def lstm_weights(E: int, H: int, seed: int = 0, scale: float = 1.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = {"w_ih": (4 * H, E), "w_hh": (4 * H, H), "b_ih": (4 * H,), "b_hh": (4 * H,)}
    return {name: (rng.normal(size=shape) * scale).astype(np.float32) for name, shape in shapes.items()}


def test_the_fastest_level_is_the_usual_one_and_another_can_be_named() -> None:
    library = Library(built())
    assert library.level == library.levels[0]
    for level in library.levels:
        assert Library(built(), level).level == level
    with pytest.raises(UsageError, match=r"not 'mmx'"):
        Library(built(), "mmx")


def test_the_interface_has_one_version() -> None:
    assert f"#define LSTM_VERSION {VERSION} " in (NATIVE / "lstm.h").read_text(encoding="utf-8")


def test_a_library_of_another_version_is_refused(tmp_path: Path) -> None:
    source, other = tmp_path / "other.c", tmp_path / "other.so"
    source.write_text(f"int lstm_version(void) {{ return {VERSION + 1}; }}\n", encoding="utf-8")
    subprocess.run([*compiler(), "-shared", "-fPIC", str(source), "-o", str(other)], check=True, timeout=60)
    with pytest.raises(OSError, match=f"interface {VERSION + 1}"):
        Library(other)
    source.write_text("int something(void) { return 1; }\n", encoding="utf-8")
    nothing = tmp_path / "nothing.so"
    subprocess.run([*compiler(), "-shared", "-fPIC", str(source), "-o", str(nothing)], check=True, timeout=60)
    with pytest.raises(OSError, match="another library"):
        Library(nothing)


def test_every_half_is_read_as_numpy_reads_it(kernel: Library) -> None:
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16).reshape(-1, 8)
    stack = Stack(kernel, halves, [[lstm_weights(8, 2)]])
    identity = Product(kernel, np.eye(8, dtype=np.float32), np.zeros(8))
    memo = Memo(kernel, stack._table_UE, identity, 1)
    ids = np.arange(len(halves), dtype=np.int32)[:, None]
    found = memo.sums(*memo.find(ids))
    expected = halves.astype(np.float32)
    whole = np.isfinite(expected).all(axis=1)  # infinity times nothing is no number
    np.testing.assert_array_equal(found.remembered_PG[found.places_M, :8][whole], expected[whole])
    assert np.isnan(found.remembered_PG[found.places_M, :8][~whole]).any(axis=1).all()


@pytest.mark.parametrize(("rows", "inputs", "outputs"), [(1, 1, 1), (7, 5, 3), (13, 64, 130), (0, 4, 4)])
def test_a_product_is_numpys(kernel: Library, rows: int, inputs: int, outputs: int) -> None:
    rng = np.random.default_rng(rows)
    x, weights, bias = (
        rng.normal(size=shape).astype(np.float32) for shape in ((rows, inputs), (outputs, inputs), outputs)
    )
    product = Product(kernel, weights, bias)
    found = product.into(x, room(rows, product.outputs))
    np.testing.assert_allclose(found[:, :outputs], x @ weights.T + bias, atol=1e-5)
    assert not found[:, outputs:].any()


def test_gates_are_exact_far_from_zero_too(kernel: Library) -> None:
    """One unit that reads what its gates are told, against double precision."""
    told = np.concatenate([np.linspace(-90, 90, 181), [-1e4, 1e4, -1e30, 1e30, 0.0, 1e-7, -1e-7]]).astype(np.float32)
    rng = np.random.default_rng(0)
    table = np.concatenate([told[:, None] * sign for sign in rng.choice([-1.0, 1.0, 0.3], (4, len(told), 1))], axis=1)
    weights = {"w_ih": np.eye(4, dtype=np.float32), "w_hh": np.zeros((4, 1)), "b_ih": np.zeros(4), "b_hh": np.zeros(4)}
    stack = Stack(kernel, table.astype(np.float32), [[weights]])
    T = len(told)
    ids = np.arange(T, dtype=np.int32)[:, None]
    states = stack.read(ids, Rows(np.array([T]), np.array([0])), keep=True)
    assert states.steps_MK is not None
    c = 0.0
    for t, (i, f, g, o) in enumerate(table.astype(np.float64)):
        with np.errstate(over="ignore"):
            i, f, o = (1 / (1 + np.exp(-x)) for x in (i, f, o))
        c = f * c + i * np.tanh(g)
        assert abs(states.steps_MK[t, 0] - o * np.tanh(c)) < 1e-6, t


def test_equal_tokens_are_remembered_once_while_there_is_room(kernel: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lstmcli.engine.native_stack.MEMO_TOKENS", 3)
    table = np.arange(20, dtype=np.float32)[:, None]
    memo = Memo(kernel, table, Product(kernel, np.ones((1, 1)), np.zeros(1)), 2)
    ids = np.array([[1, 2], [2, 1], [1, 2], [3, 3], [9, 8], [2, 1], [9, 8]], np.int32)
    for places in ([0, 1, 0, 2, -1, 1, -2], [0, 1, 0, 2, -1, 1, -2]):
        found = memo.sums(*memo.find(ids))
        assert found.places_M.tolist() == places
        assert found.others_OG[:, 0].tolist() == [17, 17]
        assert found.remembered_PG[:, 0].tolist() == [3, 3, 6]


def test_rows_that_do_not_fit_are_a_bug_that_shows(kernel: Library) -> None:
    stack = Stack(kernel, np.ones((5, 3), np.float32), [[lstm_weights(3, 2)]])
    ids = np.ones((4, 1), np.int32)
    for lengths, first in (([3, 2], [0, 2]), ([1, 3], [0, 1]), ([3, 1], [2, 3]), ([3, 1], [-1, 3]), ([4, 0], [0, 0])):
        with pytest.raises(AssertionError):
            stack.read(ids, Rows(np.array(lengths), np.array(first)), keep=False)
    steps = room(4, 8)
    for first_row in ([0, 3], [1], [0, 1, 1]):
        with pytest.raises(AssertionError):
            attention(kernel, steps, room(8), Rows(np.array([3, 1]), np.array([0, 3])), np.array(first_row))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the sanitizers' runtime is put before Python by LD_PRELOAD")
def test_nothing_is_read_or_written_beyond_an_array(tmp_path: Path) -> None:
    """The tests of the arithmetic once more, in a process with AddressSanitizer and UBSan."""
    cc = compiler()
    runtime = subprocess.run([*cc, "-print-file-name=libasan.so"], capture_output=True, text=True, timeout=60)
    if not Path(runtime.stdout.strip()).is_absolute():
        pytest.skip("the compiler has no AddressSanitizer")
    library = tmp_path / built().name
    flags = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    compile_module().compile_library(library, cc, flags)
    code = (
        "import sys, pytest; from pathlib import Path; from lstmcli.engine import native\n"
        "native.LIBRARY = Path(sys.argv[1]); import support.kernel; support.kernel.LIBRARY = native.LIBRARY\n"
        "sys.exit(pytest.main(['-x', '-n', '0', '-p', 'no:cacheprovider', '-p', 'no:faulthandler',\n"
        "    '-k', sys.argv[2],\n"
        "    'tests/engine/test_native.py', 'tests/engine/test_native_int16.py', 'tests/engine/test_native_words.py',\n"
        "    'tests/classification/test_native_session.py', 'tests/classification/ngrams/test_native.py',\n"
        "    'tests/language_modeling/test_native_session.py', 'tests/tokenization/test_ascii_words.py']))"
    )
    environment = os.environ | {
        "LD_PRELOAD": runtime.stdout.strip(),
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
        "PYTHONMALLOC": "malloc",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, str(library), " or ".join(ARITHMETIC)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert " passed" in done.stdout
