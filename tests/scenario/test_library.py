"""Finding, loading and saving scenarios, and every kind of file that is none."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.files import atomic_file
from vgtui.scenario.library import DEFAULT_PRESET, load_scenario, parse, preset_names, presets, save

LAYER = '[[layers]]\ntype = "dense"\nunits = 1\nactivation = "sigmoid"\n'


def answer(name) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(name)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_a_preset_is_loaded_by_its_name_and_a_file_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(DEFAULT_PRESET).write_text(f'title = "mine"\n{LAYER}')
    assert load_scenario(DEFAULT_PRESET) == presets()[DEFAULT_PRESET]
    for path in (f"./{DEFAULT_PRESET}", Path(DEFAULT_PRESET), tmp_path / DEFAULT_PRESET):
        assert load_scenario(path).title == "mine"


def test_the_default_preset_comes_first():
    assert preset_names()[0] == DEFAULT_PRESET
    assert list(presets()) == list(preset_names())
    assert len(preset_names()) >= 10


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("keras-mons", "keras-mons: no such preset or file; did you mean 'keras-moons'?"),
        ("zzz", "zzz: no such preset or file; valid: "),
        ("zeros.toml", "zeros.toml: no such file; the preset is called 'zeros'"),
        ("mine.toml", "mine.toml: no such file"),
        ("no/where.toml", "no/where.toml: no such file"),
        ("a\0b", "'a\\x00b' cannot be the name of a file"),
        ("x" * 5000, "cannot be read: File name too long"),
        ("pyproject.toml/x.toml", "no such file"),
        ("tests", "tests: is a directory, not a file"),
        ("/dev/zero", "/dev/zero: is not a regular file"),
    ],
)
def test_a_name_that_is_no_scenario_is_answered_in_one_line(name, line, monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    assert line in answer(name)


def test_a_pipe_is_refused_without_waiting_for_someone_to_write_to_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "is not a regular file" in answer(tmp_path / "pipe")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "is empty"),
        (b"\x7fELF\x02\x01\x00\x00\xff", "is a binary file, not TOML (byte 0xff at 8)"),
        (b"title = 'caf\xe9'\n", "is not UTF-8 text (byte 0xe9 at 12)"),
        (LAYER.encode("utf-16"), "is a binary file"),
        (os.urandom(16) * 640_000, "is 10.2 MB; at most 1 MB are read"),
        (b"# comments only\n", "layers: is missing"),
    ],
    ids=["empty", "binary", "latin-1", "utf-16", "10 MB", "comments"],
)
def test_a_file_that_is_no_scenario_is_answered_in_one_line(content, line, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    answered = answer(path)
    assert answered.startswith(f"{path}: ")
    assert line in answered


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text(LAYER)

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    assert answer(path) == f"{path}: cannot be read: Permission denied"


@pytest.mark.skipif(sys.platform != "linux", reason="the files that the kernel makes up")
def test_what_the_kernel_makes_up_while_it_is_read_is_not_read():
    assert answer(Path("/proc/version")).startswith("/proc/version: is empty")


def test_the_folder_of_a_data_file_is_one_that_a_session_can_name(tmp_path):
    for name, fault in ((b"caf\xe9", "is not Unicode text"), (b"a\x1b[2Jb", "holds '\\x1b'")):
        folder = tmp_path / os.fsdecode(name)
        folder.mkdir()
        (folder / "mine.toml").write_text(f'{LAYER}[data]\nsource = "file"\nfile = "a.csv"\ntarget = "y"\n')
        line = answer(folder / "mine.toml")
        assert f"data.file: {fault}" in line
        assert line.isprintable()


def test_a_byte_order_mark_is_passed_over(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + LAYER.encode())
    assert load_scenario(path) == parse(LAYER)


def test_the_data_file_lies_beside_the_scenario_and_both_can_be_moved_together(tmp_path, monkeypatch):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    text = f'{LAYER}[data]\nsource = "file"\nfile = "numbers.csv"\ntarget = "y"\n'
    (here / "mine.toml").write_text(text)
    monkeypatch.chdir(here)
    loaded = load_scenario("mine.toml")
    assert loaded.data.file == str(here / "numbers.csv")
    save(loaded, here / "copy.toml")
    assert load_scenario(here / "copy.toml") == loaded
    here.rename(there)
    assert load_scenario(there / "copy.toml").data.file == str(there / "numbers.csv")


def test_saving_replaces_the_whole_file_keeps_its_mode_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("old" * 10_000)
    path.chmod(0o640)
    scenario = load_scenario(DEFAULT_PRESET)
    save(scenario, path)
    assert load_scenario(path) == scenario
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["mine.toml"]


def test_saving_through_a_link_writes_the_file_behind_it(tmp_path):
    (tmp_path / "behind.toml").write_text("old")
    (tmp_path / "link.toml").symlink_to("behind.toml")
    save(load_scenario(DEFAULT_PRESET), tmp_path / "link.toml")
    assert (tmp_path / "link.toml").is_symlink()
    assert load_scenario(tmp_path / "behind.toml") == load_scenario(DEFAULT_PRESET)


def test_a_write_that_fails_half_way_leaves_the_old_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("old")

    def fail() -> None:
        with atomic_file(path) as file:
            file.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["mine.toml"]


@pytest.mark.parametrize(
    ("name", "line"), [("no/where.toml", "No such file or directory"), (".", "a directory")]
)
def test_a_place_that_cannot_be_written_is_answered_in_one_line(name, line, tmp_path):
    with pytest.raises(ScenarioError, match=f"cannot be written: .*{line}"):
        save(load_scenario(DEFAULT_PRESET), tmp_path / name)


def test_a_device_is_written_to_and_not_replaced():
    save(load_scenario(DEFAULT_PRESET), "/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
