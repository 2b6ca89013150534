"""A scenario as one line that can be pasted anywhere: its TOML, compressed, in the alphabet of URLs.

`vgtui1_` and base64url of four bytes of CRC-32 (big-endian) and a zlib stream of the UTF-8 text, with USUAL as its
dictionary.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Scenario
from vgtui.scenario.text import MAX_BYTES, dump, parse

PREFIX = "vgtui1_"
"""What a shared scenario begins with: the version is in it."""

MAX_LENGTH = 200_000
"""Characters of the longest string that is looked at."""

CHECKSUM = 4  # bytes

USUAL = b"""\
normalization = "layer"
dropout = 0.5
skip = 1
type = "lstm"
forget_bias = 1.0
type = "gru"
type = "rnn"
recurrent_init = "orthogonal"
type = "pool"
kind = "max"
type = "conv"
filters = 8
kernel = 3
loss = "mean_squared_error"
loss = "cross_entropy"
activation = "softmax"
activation = "linear"
activation = "tanh"
init = "he_normal"
activation = "relu"
optimizer = "sgd"
learning_rate = 0.01
source = "digits"
title = "
summary = "
look = "
try_this = "
seed = 42

[data]
source = "moons"
samples = 250
noise = 0.05
test_fraction = 0.2

[[layers]]
type = "dense"
units = 10
activation = "sigmoid"
init = "glorot_uniform"
repeat = 8

[[layers]]
type = "dense"
units = 1
activation = "sigmoid"
init = "glorot_uniform"

[training]
loss = "binary_cross_entropy"
optimizer = "adam"
batch_size = 32
epochs = 100

[view]
weight = { layer = 0, row = 0, column = 1 }
"""
"""What scenarios usually hold, which the compression may refer to. It belongs to the version: never change it."""


def is_shared(text: str) -> bool:
    """Whether a text means to be a shared scenario, of this version or another."""
    return re.match(r"\s*vgtui\d+_", text) is not None


def pack(scenario: Scenario) -> str:
    """The scenario as one line. Raises ScenarioError where it reads a file, which a line cannot carry."""
    if scenario.data.file is not None:
        raise ScenarioError(
            "the data is in a file, which a string cannot carry; send scenario and file", place="data.file"
        )
    text = dump(scenario).encode()
    packed = zlib.crc32(text).to_bytes(CHECKSUM, "big") + _deflated(text)
    line = PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(line) > MAX_LENGTH:
        raise ScenarioError(
            f"comes to a string of {len(line):,} characters; at most {MAX_LENGTH:,} are shared: save it as a file"
        )
    return line


def unpack(line: str) -> Scenario:
    """The scenario in a line that `pack` made. Raises ScenarioError, one line, for any other."""
    try:
        return parse(_text(line.strip()))
    except ScenarioError as error:
        raise ScenarioError(error.message, place=error.place, source=_short(line)) from None


def _text(line: str) -> str:
    if not line.startswith(PREFIX):
        if is_shared(line):
            raise ScenarioError("was shared by another version of vgtui; this one reads vgtui1_")
        raise ScenarioError(f"is no shared scenario: those begin with {PREFIX}")
    if len(line) > MAX_LENGTH:
        raise ScenarioError(f"has {len(line):,} characters; a shared scenario has at most {MAX_LENGTH:,}")
    body = line.removeprefix(PREFIX).rstrip("=")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", body):
        raise ScenarioError("holds characters that no shared scenario has; was all of it copied?")
    try:
        packed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        text = _inflated(packed[CHECKSUM:])
    except (binascii.Error, zlib.error):
        raise ScenarioError("is damaged or cut off: was all of it copied?") from None
    if zlib.crc32(text) != int.from_bytes(packed[:CHECKSUM], "big"):
        raise ScenarioError("is damaged: its checksum does not fit")
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise ScenarioError("is no text") from None


def _deflated(text: bytes) -> bytes:
    stream = zlib.compressobj(9, zdict=USUAL)
    return stream.compress(text) + stream.flush()


def _inflated(packed: bytes) -> bytes:
    """What was compressed, whole, and never more than a scenario may have."""
    stream = zlib.decompressobj(zdict=USUAL)
    text = stream.decompress(packed, MAX_BYTES + 1)
    if len(text) > MAX_BYTES:
        raise ScenarioError(f"unpacks to more than {MAX_BYTES:,} bytes; no scenario has as many")
    if not stream.eof or stream.unused_data:
        raise zlib.error("not one whole stream")
    return text


def _short(line: str) -> str:
    text = "".join(character for character in line.strip()[:24] if character.isprintable())
    return text + ("…" if len(line.strip()) > 24 else "")
