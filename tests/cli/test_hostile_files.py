"""Files that anybody may hand in: every command ends with one line or with an answer."""

import gzip
import os
import zlib

import numpy as np
import pytest
from click.testing import CliRunner

from causal_dag.cli import main

ROWS = "\n".join(f"{i},{(i * 7) % 5},{(i * i) % 11}" for i in range(12)) + "\n"
TABLE = "a,b,c\n" + ROWS
GRAPHML = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">'
BOMB = '<!DOCTYPE x [<!ENTITY a "' + "y" * 1000 + '">' + "".join(
    f'<!ENTITY {"abcdefgh"[k]} "{("&" + "abcdefgh"[k - 1] + ";") * 50}">' for k in range(1, 8)
) + "]>"  # fmt: skip

TABLES = {
    "empty.csv": b"",
    "blank.csv": b"\n\n\n",
    "header.csv": b"a,b,c\n",
    "long_integer.csv": TABLE.replace("\n3,", "\n" + "9" * 400 + ",").encode(),
    "longer_integer.csv": TABLE.replace("\n3,", "\n" + "9" * 5000 + ",").encode(),
    "exponent.csv": TABLE.replace("\n3,", "\n1e999,").encode(),
    "long_field.csv": TABLE.replace("\n3,", "\n" + "x" * 200_000 + ",").encode(),
    "long_name.csv": TABLE.replace("a,", "a" * 200_000 + ",").encode(),
    "escape.csv": TABLE.replace("a,", "a\x1b[2J\x9b31m,").replace("\n3,", "\nx\x1b[2J,").encode(),
    "nul.csv": TABLE.replace("\n3,", "\n\x003,").encode(),
    "nul_name.csv": TABLE.replace("a,", "a\x00,").encode(),
    "quote.csv": TABLE.replace("\n3,", '\n"3,').encode(),
    "latin.csv": TABLE.replace("a,", "å,").encode("latin-1"),
    "utf16.csv": TABLE.encode("utf-16"),
    "utf32.csv": TABLE.encode("utf-32"),
    "surrogate.csv": TABLE.encode().replace(b"a,", b"\xed\xa0\x80,"),
    "random.csv": bytes(np.random.default_rng(0).integers(0, 256, 4000, dtype=np.uint8)),
    "zeros.csv": bytes(4000),
    "carriage.csv": TABLE.replace("\n", "\r").encode(),
    "semicolons.csv": (";" * 4000 + "\n").encode() * 3,
    "dates.csv": TABLE.replace("\n3,", "\n2024-01-01,").encode(),
    "formula.csv": TABLE.replace("a,", "=cmd|' /C calc'!A0,").encode(),
    "cut.csv.gz": gzip.compress(TABLE.encode() * 50)[:-20],
    "damaged.csv.gz": gzip.compress(TABLE.encode() * 50)[:30] + b"\x00" * 40,
    "checksum.csv.gz": gzip.compress(TABLE.encode())[:-8] + bytes(8),
    "plain.csv.gz": TABLE.encode(),
    "zlib.csv.gz": zlib.compress(TABLE.encode()),
    "bomb.csv.gz": gzip.compress(b"a" * 20_000_000),
    "fake.parquet": b"PAR1" + bytes(100) + b"PAR1",
    "short.parquet": b"PAR1",
    "none.pq": b"",
}
GRAPHS = {
    "empty.csv": b"",
    "names.csv": b"a,b\n",
    "ragged.csv": b",a,b\na,0\nb,0,1\n",
    "long_integer.csv": ("source,target,weight\na,b," + "9" * 400 + "\n").encode(),
    "long_field.csv": ("source,target\n" + "x" * 200_000 + ",b\n").encode(),
    "long_name.csv": ("source,target\n" + "x" * 100_000 + ",zzz\n").encode(),
    "escape.csv": b"source,target\na\x1b[2J,b\x9b\n",
    "nul.csv": b"source,target\na\x00,b\n",
    "loop.csv": b"source,target\na,a\n",
    "random.csv": TABLES["random.csv"],
    "utf16.csv": "source,target\na,b\n".encode("utf-16"),
    "deep.json": b"[" * 100_000,
    "deep_object.json": b'{"weights":' * 100_000,
    "wrong.json": b'{"weights": "0110", "names": ["a", "b"]}',
    "objects.json": b'{"weights": [{}, {}], "names": [{}, {}]}',
    "numbers.json": b'{"weights": [[0, 1], [0, 0]], "names": [1, 2]}',
    "twice.json": b'{"weights": [[0, 1], [0, 0]], "names": ["a", "a"]}',
    "infinite.json": b'{"weights": [[0, 1e999], [0, 0]], "names": ["a", "b"]}',
    "long_integer.json": ('{"weights": [[0, 1' + "0" * 4000 + "], [0, 0]]}").encode(),
    "longer_integer.json": ('{"weights": [[0, 1' + "0" * 9000 + "], [0, 0]]}").encode(),
    "newer.json": b'{"format": "causal-dag", "version": 99, "weights": [[0]], "names": ["a"]}',
    "cut.json": b'{"weights": [[0, 1], [0',
    "text.json": b'"weights"',
    "latin.json": '{"weights": [[0]], "names": ["å"]}'.encode("latin-1"),
    "type.graphml": (
        GRAPHML.replace("<graph ", '<key id="w" for="edge" attr.name="weight" attr.type="vector"/>'
                        "<graph ") + "</graph></graphml>"
    ).encode(),
    "encoding.graphml": b'<?xml version="1.0" encoding="klingon"?>' + GRAPHML.encode(),
    "cut.graphml": GRAPHML.encode(),
    "bomb.graphml": (BOMB + GRAPHML + '<node id="&h;"/></graph></graphml>').encode(),
    "outside.graphml": (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        + GRAPHML.encode() + b'<node id="&e;"/></graph></graphml>'
    ),
    "edge.graphml": (GRAPHML + '<edge source="a"/></graph></graphml>').encode(),
    "label.dot": b"digraph { a -> b [label=2.45e+03] }",
    "open.dot": b'digraph { "a -> b }',
    "deep.dot": b"digraph " + b"{" * 100_000,
    "html.dot": b"digraph { a -> b [label=<<<<<<<] }",
    "random.dot": b"digraph {" + TABLES["random.csv"] + b"}",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.csv").write_text(TABLE)
    (tmp_path / "good.edges.csv").write_text("source,target\na,b\nb,c\n")
    return tmp_path


def assert_one_line_or_an_answer(folder, *arguments):
    before = {path.name for path in folder.iterdir()}
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code in (0, 1, 2), result.output
    assert isinstance(result.exception, SystemExit | None), repr(result.exception)
    assert "Traceback" not in result.output
    assert not any(character in result.output for character in "\x00\x1b\x9b")
    if result.exit_code:
        assert result.stderr.startswith("error: ")
        assert result.stderr.count("\n") == 1
        assert len(result.stderr) < 1500
        assert {path.name for path in folder.iterdir()} == before


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("command", ["fit", "compare", "advise"])
def test_tables(folder, command, name):
    (folder / name).write_bytes(TABLES[name])
    solver = [] if command == "advise" else ["-s", "empty"]
    output = {"fit": ["-o", "out"], "compare": ["-o", "out.json"], "advise": []}[command]
    assert_one_line_or_an_answer(folder, command, name, *solver, *output)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize(
    "command",
    [
        ["evaluate", "good.edges.csv", "{}"],
        ["evaluate", "{}", "good.edges.csv", "--json"],
        ["plot", "{}", "-o", "picture.svg"],
        ["plot", "good.edges.csv", "{}", "-o", "picture.svg"],
        ["compare", "good.csv", "-s", "empty", "--no-baselines", "--truth", "{}", "-o", "o.csv"],
    ],
    ids=" ".join,
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_graphs(folder, command, name):
    (folder / f"x{name}").write_bytes(GRAPHS[name])
    assert_one_line_or_an_answer(folder, *(part.format(f"x{name}") for part in command))


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "dangling"])
@pytest.mark.parametrize(
    "command",
    [
        ["fit", "odd.csv", "-s", "empty"],
        ["compare", "odd.csv", "-s", "empty"],
        ["advise", "odd.csv"],
        ["compare", "good.csv", "-s", "empty", "--truth", "odd.csv"],
        ["evaluate", "odd.csv", "good.edges.csv"],
        ["plot", "odd.csv"],
        ["fit", "good.csv", "-s", "empty", "--tiers", "odd.csv"],
    ],
    ids=" ".join,
)
def test_what_is_no_file(folder, kind, command):
    path = folder / "odd.csv"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/null" if kind == "device" else "nowhere")
    assert_one_line_or_an_answer(folder, *command)
