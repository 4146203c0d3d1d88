"""A file is the old one or the new one, whatever happens while it is written."""

import os
import signal
import stat
import subprocess
import sys

import matplotlib.figure
import numpy as np
import pandas as pd
import pytest

from causal_dag.files.atomic_files import (
    same_file,
    whole_file,
    write_whole_figure,
    write_whole_text,
)
from causal_dag.files.table_files import write_table
from causal_dag.graph_files import graph_endings, read_graph, write_graph


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path, error):
    path = tmp_path / "graph.csv"
    path.write_text("old")

    def fail_halfway():
        with whole_file(path) as temporary:
            temporary.write_text("half of the n")
            raise error

    with pytest.raises(error):
        fail_halfway()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


# Writes without end, so that the kill lands in the middle.
ENDLESS = """
import sys
from causal_dag.files.atomic_files import whole_file
with whole_file(sys.argv[1]) as temporary, temporary.open("w") as file:
    file.write("half of the n")
    file.flush()
    print("writing", flush=True)
    while True:
        file.write("more")
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("with_old_file", [True, False])
def test_a_killed_process_leaves_the_old_file_or_none(tmp_path, with_old_file):
    path = tmp_path / "graph.csv"
    if with_old_file:
        path.write_text("old")
    writer = subprocess.Popen([sys.executable, "-c", ENDLESS, path], stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"writing\n"
    writer.send_signal(signal.SIGKILL)
    writer.communicate(timeout=30)
    assert (path.read_text() if path.exists() else None) == ("old" if with_old_file else None)


@pytest.mark.parametrize("ending", graph_endings())
def test_a_graph_that_cannot_be_written_to_its_end_is_not_written(tmp_path, monkeypatch, ending):
    path = tmp_path / f"graph{ending}"
    write_graph([[0, 1], [0, 0]], path)
    old = path.read_bytes()

    def full_disk(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_graph(np.zeros((9, 9)), path)
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
def test_tables_keep_the_format_that_their_ending_names(tmp_path, ending):
    path = tmp_path / f"data.of.2026{ending}"
    write_table(np.eye(3), path, names=["a", "b", "c"])
    read = pd.read_parquet if ending == ".parquet" else pd.read_csv
    assert read(path).to_numpy().tolist() == np.eye(3).tolist()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("ending", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
def test_pictures_keep_the_format_that_their_ending_names(tmp_path, ending, start):
    write_whole_figure(tmp_path / f"graph{ending}", matplotlib.figure.Figure())
    assert (tmp_path / f"graph{ending}").read_bytes().startswith(start)


def test_texts_end_their_lines_alike_on_every_system(tmp_path):
    write_whole_text(tmp_path / "page.md", "a\nå\n")
    assert (tmp_path / "page.md").read_bytes() == b"a\n\xc3\xa5\n"


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_permissions_are_those_of_the_old_file_or_of_the_umask(tmp_path):
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("")
    old.chmod(0o640)
    before = os.umask(0o027)
    try:
        write_whole_text(old, "a")
        write_whole_text(new, "a")
    finally:
        os.umask(before)
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert stat.S_IMODE(new.stat().st_mode) == 0o666 & ~0o027


def test_a_symbolic_link_stays_and_its_file_is_replaced(tmp_path):
    (tmp_path / "kept").mkdir()
    target, link = tmp_path / "kept" / "run1.json", tmp_path / "latest.json"
    target.write_text("old")
    link.symlink_to(target)
    write_whole_text(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", "/dev/null"):
        with pytest.raises(ValueError, match="device or a pipe"):
            write_whole_text(path, "")
    with pytest.raises(IsADirectoryError):
        write_whole_text(tmp_path, "")
    with pytest.raises(FileNotFoundError) as caught:
        write_whole_text(tmp_path / "absent" / "graph.csv", "")
    assert caught.value.filename == str(tmp_path / "absent" / "graph.csv")


def test_one_file_is_known_under_all_its_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "data.csv"
    file.write_text("")
    (tmp_path / "link.csv").symlink_to(file)
    os.link(file, tmp_path / "hard.csv")
    for name in ("data.csv", "./data.csv", tmp_path / "link.csv", "hard.csv"):
        assert same_file(file, name)
    assert same_file("absent.csv", tmp_path / "absent.csv")
    assert not same_file("absent.csv", file)


def test_a_graph_is_read_back_through_a_link(tmp_path):
    (tmp_path / "graph.csv").symlink_to(tmp_path / "elsewhere.txt")
    write_graph([[0, 2], [0, 0]], tmp_path / "graph.csv", names=["a", "b"])
    assert read_graph(tmp_path / "graph.csv").weights[0, 1] == 2
