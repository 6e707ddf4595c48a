"""What a fuzzer does to files: bytes, JSON, the header of safetensors; each mutation is drawn from a seed.

A mutated model is sealed again, sizes and checksums made right as an attacker would, so that the code behind them is
reached; one in ten is left unsealed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from lstmcli.model_dir import manifest

Files = dict[str, bytes]
NUMBERS = (
    0,
    1,
    -1,
    2,
    7,
    255,
    256,
    2**16,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**32,
    2**53,
    2**63 - 1,
    2**64,
    10**30,
    10**400,
)
REALS = (0.0, -0.5, 0.999, 1e-320, 1e30, 1e308, -1e308)
TEXTS = (
    "",
    " ",
    "a",
    "\0",
    "\x1b[31m",
    "\ud800",
    "\u202e",
    "[UNK]",
    "<unk>",
    "</s>",
    "lstm",
    "word",
    "bpe",
    "../x",
    "x" * 5000,
)
BYTES = (
    b"\0",
    b"\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"{",
    b"]",
    b'"',
    b"[" * 3000,
    b"\x80" * 12,
)


def mutated(random: Random, base: Files) -> tuple[str, Files]:
    """A changed copy of a model directory, and what was changed in it."""
    files = dict(base)
    done = []
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        name = random.choice(sorted(files))
        kinds: list[Callable[[Random, bytes], bytes]] = [any_bytes]
        if name.endswith(".json"):
            kinds = [any_bytes, json_structure, json_structure, json_structure]
        elif name.endswith(".safetensors"):
            kinds = [any_bytes, header, header, header]
        kind = random.choice(kinds)
        try:
            files[name] = kind(random, files[name])
        except (
            ValueError,
            RecursionError,
            LookupError,
            TypeError,
            AttributeError,
        ):  # no longer what it was, by an earlier mutation
            files[name] = any_bytes(random, files[name])
        done.append(f"{kind.__name__} of {name}")
    if random.random() < 0.9:
        files = sealed(files)
        done.append("sealed")
    return ", ".join(done), files


def sealed(files: Files) -> Files:
    """With sizes and checksums that fit, as far as the config is still one."""
    try:
        config = json.loads(files[manifest.CONFIG])
        for name in config["files"]:
            if name in files:
                config["files"][name] = manifest.entry_of(files[name])
        config["checksum"] = manifest.checksum(config)
        return files | {manifest.CONFIG: json.dumps(config).encode()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return files


def any_bytes(random: Random, data: bytes) -> bytes:
    """Bits flipped, a part left out, doubled, put elsewhere or overwritten."""
    changed = bytearray(data)
    start, end = sorted(random.randrange(len(data) + 1) for _ in range(2))
    end = min(end, start + random.choice((1, 4, 64, 4096)))
    kind = random.randrange(6)
    if kind == 0 and changed:
        for _ in range(random.choice((1, 2, 8, 64))):
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    elif kind == 1:
        del changed[start:]
    elif kind == 2:
        del changed[start:end]
    elif kind == 3:
        changed[start:start] = changed[start:end] * random.choice((1, 2, 50))
    elif kind == 4:
        place = random.randrange(len(data) + 1)
        changed[place : place + end - start] = changed[start:end]
    else:
        some = random.choice(BYTES)
        changed[start : start + random.choice((0, len(some)))] = some
    return bytes(changed)


def json_structure(random: Random, data: bytes) -> bytes:
    """A value somewhere in it replaced, left out, doubled, renamed or moved."""
    return json.dumps(changed_value(random, json.loads(data))).encode()


def changed_value(random: Random, value: Any) -> Any:
    """The same with one place in it changed; the deeper places are as likely as the shallow ones."""
    if isinstance(value, (dict, list)) and value and random.random() < 0.8:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = random.choice(keys)
        kind = random.randrange(12)
        if kind == 0:
            del value[key]
        elif kind == 1 and isinstance(value, dict):
            value[random.choice(TEXTS) or str(random.choice(NUMBERS[:9]))] = value.pop(key)
        elif kind == 2:
            value[key] = value[random.choice(keys)]
        elif kind == 3 and isinstance(value, list):
            value *= random.choice((2, 40))
        else:
            value[key] = changed_value(random, value[key])
        return value
    return random.choice((strange, strange, near))(random, value)


def strange(random: Random, value: Any) -> Any:
    """Anything at all."""
    deep: Any = []
    for _ in range(random.choice((1, 100, 900))):
        deep = [deep]
    plain = (None, True, False, [], {}, deep, [[]], {"type": "Sequence"}, {"": 0})
    return random.choice((random.choice(plain), random.choice(NUMBERS), random.choice(REALS), random.choice(TEXTS)))


def near(random: Random, value: Any) -> Any:
    """Something of the same type, where there is such a thing."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return random.choice((value + 1, value - 1, -value, value * 2, value * 1000, random.choice(NUMBERS)))
    if isinstance(value, float):
        return random.choice((-value, value * 1e10, random.choice(REALS)))
    if isinstance(value, str):
        return random.choice((value[:-1], value * 2, value.upper(), random.choice(TEXTS)))
    return strange(random, value)


def header(random: Random, data: bytes) -> bytes:
    """safetensors: 8 bytes of length, a header in JSON, the numbers.  The header is changed, or the numbers are."""
    size = int.from_bytes(data[:8], "little")
    content, numbers = json.loads(data[8 : 8 + size]), bytearray(data[8 + size :])
    name = random.choice([name for name in content if name != "__metadata__"])
    kind, entry = random.randrange(8), content[name]
    length = None
    if kind == 0:
        length = random.choice((size - 1, size + 1, 0, 2**31, 2**40, 2**63, 2**64 - 1))
    elif kind == 1:
        entry["shape"] = random.choice(([], [0], [2**62, 4], [2**63], [-1], entry["shape"][::-1], [1, *entry["shape"]]))
    elif kind == 2:
        entry["dtype"] = random.choice(("F32", "F16", "BF16", "F64", "I64", "U8", "BOOL", "F8_E4M3", "X", 3, None))
    elif kind == 3:
        entry["data_offsets"] = random.choice(([0, 2**40], [0, 0], [8, 0], [-4, 4], [0], entry["data_offsets"][::-1]))
    elif kind == 4:
        content[random.choice(list(content))] = content.pop(name)
    elif kind == 5:
        first, last = entry["data_offsets"]
        value = random.choice((b"\0\0\xc0\x7f", b"\0\0\x80\x7f", b"\xff\xff\x7f\x7f", b"\xff" * 4, bytes(4)))
        numbers[first:last] = (value * ((last - first) // 4 + 1))[: last - first]
    elif kind == 6:
        numbers = numbers[: random.randrange(len(numbers) + 1)]
    else:
        content = changed_value(random, content)
    text = json.dumps(content).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + bytes(numbers)
