"""A scenario as one line: it comes back whole, and whatever else is given is refused in one line."""

from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import vgtui
from tests.scenario.strategies import scenarios
from vgtui.scenario.library import load_scenario, preset_names
from vgtui.scenario.model import Data
from vgtui.scenario.share import MAX_LENGTH, PREFIX, is_shared, pack, unpack


def shared(text: bytes, checksum: int | None = None) -> str:
    """A line as the format has it, of any text."""
    checksum = zlib.crc32(text) if checksum is None else checksum
    body = base64.urlsafe_b64encode(checksum.to_bytes(4, "big") + zlib.compress(text))
    return f"vgtui1_{body.decode().rstrip('=')}"


@given(scenarios())
@settings(max_examples=30)
def test_a_scenario_comes_back_as_it_was(scenario):
    if scenario.data.file is None:
        assert unpack(pack(scenario)) == scenario


def test_a_preset_is_one_short_line_of_the_alphabet_of_urls():
    for name in preset_names():
        line = pack(load_scenario(name))
        assert line.startswith(PREFIX)
        assert line.replace("_", "").replace("-", "").isalnum()
    assert len(pack(load_scenario("relu-he"))) < 450


def test_a_scenario_with_data_in_a_file_is_not_shared():
    scenario = replace(load_scenario("relu-he"), data=Data(source="file", file="/home/me/mine.csv"))
    with pytest.raises(
        vgtui.ScenarioError, match=r"data\.file: the data is in a file, which a string cannot carry"
    ):
        pack(scenario)


WHOLE = shared(b'[[layers]]\ntype = "dense"\nunits = 1\nactivation = "sigmoid"\n')


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (WHOLE[:-4], "is damaged or cut off"),
        (WHOLE[:40] + WHOLE[44:], "is damaged"),
        (WHOLE + "!", "holds characters that no shared scenario has"),
        (PREFIX, "holds characters"),
        (PREFIX + "A", "is damaged or cut off"),
        (WHOLE.replace("vgtui1_", "vgtui2_"), "was shared by another version of vgtui"),
        (shared(b"title = 3", checksum=7), "is damaged: its checksum does not fit"),
        (shared(b"title = 3"), "title: must be text, not 3"),
        (shared(b"\xff\xff"), "is no text"),
        (shared(b"# " + b"a" * 5_000_000), "unpacks to more than 1,000,000 bytes"),
        (PREFIX + "A" * MAX_LENGTH, f"has {MAX_LENGTH + len(PREFIX):,} characters"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else None,
)
def test_what_is_no_whole_shared_scenario_is_told_in_one_line(line, complaint):
    assert is_shared(line)
    with pytest.raises(vgtui.ScenarioError) as caught:
        load_scenario(line)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = zlib.compress(b"\0" * 60_000_000, 9)
    line = PREFIX + base64.urlsafe_b64encode(bytes(4) + bomb).decode()
    assert len(line) <= MAX_LENGTH
    with pytest.raises(vgtui.ScenarioError, match="unpacks to more than 1,000,000 bytes"):
        unpack(line)


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_any_line_that_begins_like_one_gets_an_answer(text):
    with pytest.raises(vgtui.ScenarioError):
        unpack(PREFIX + text)
