"""Whatever is done to a page, it is a suite, or it is a ValueError of one line."""

import random

import pytest

from causal_dag.benchmarks.plan import Suite

EVERYTHING = """
name = "everything"
description = "Every key once."
seeds = 2
first_seed = 100

[limits]
seconds = 60
memory_mb = 4096

[[data]]
scenario = "er2-ev"
n_samples = [100, 1000]
n_features = [10, 20]
scales = ["raw", "standardized", "iscm"]
noises = ["gaussian", "exponential"]
seeds = [1, 2, 3]

[[data]]
graph = "sf"
label = "scale-free"
edges_per_node = 1.5
noise_variance = [0.5, 10.0]
weight_range = [0.5, 2.0]
n_samples = 200
n_features = 5

[[data]]
dataset = "sachs"
conditions = ["observational", "all"]
graphs = ["consensus17", "cmu20"]
resample = true

[[data]]
table = "real.csv"
truth = "truth.csv"

[[solvers]]
name = "colide-ev"
label = "CoLiDE, λ .1"
parameters = { lambda1 = 0.1, mu = [1.0, 0.1], s = [1.0, 0.9] }

[[solvers]]
name = "topo-bic"
parameters = { criterion = "bic", n_restarts = 5 }
max_features = 10

[[solvers]]
peer = "lingam"
name = "direct-lingam"
"""

VALUES = [
    "true", "-1", "0", "nan", "-inf", "1e400", "9" * 30, "9" * 5000, "0x" + "f" * 5000, "''",
    "'many'", "'raw'", "'__import__(\"os\")'", '"\\u0000"', '"\\n"', "'''\na\nb'''", "'x' * 3",
    "[]", "{}", "[[[[[1]]]]]", "[1, 1]", "[true, 'a']", "{ a = 1 }", "[{ a = 1 }]", "1979-05-27",
    "07:32:00", "1979-05-27T07:32:00Z",
]  # fmt: skip


def flip_a_bit(text, choose):
    text[choose.randrange(len(text))] ^= 1 << choose.randrange(8)
    return text


def truncate(text, choose):
    return text[: choose.randrange(1, len(text))]


def swap_two_words(text, choose):
    words = bytes(text).split(b" ")
    i, j = choose.randrange(len(words)), choose.randrange(len(words))
    words[i], words[j] = words[j], words[i]
    return bytearray(b" ".join(words))


def swap_two_lines(text, choose):
    lines = bytes(text).split(b"\n")
    i, j = choose.randrange(len(lines)), choose.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    return bytearray(b"\n".join(lines))


def replace_a_value(text, choose):
    lines = bytes(text).split(b"\n")
    assignments = [line for line, content in enumerate(lines) if b" = " in content]
    if assignments:
        line = choose.choice(assignments)
        lines[line] = lines[line].split(b" = ")[0] + f" = {choose.choice(VALUES)}".encode()
    return bytearray(b"\n".join(lines))


def damaged(seed):
    choose = random.Random(seed)
    text = bytearray(EVERYTHING.encode())
    if seed % 2:  # a page that is still TOML gets further
        return bytes(replace_a_value(text, choose))
    damages = [flip_a_bit, truncate, swap_two_words, swap_two_lines, replace_a_value]
    for damage in choose.choices(damages, k=choose.randint(1, 3)):
        text = damage(text, choose)
    return bytes(text)


def test_the_undamaged_page_is_a_suite(read, peers):
    assert read(EVERYTHING).n_cells == 36 * 7 + 36 * 6 + 2 * 7 + 8 * 6 + 1 * 7


def refusal(read, text):
    """Return what is said of a page, or None if it is a suite."""
    try:
        assert isinstance(read(text), Suite)
    except ValueError as error:
        return str(error)
    return None


@pytest.mark.parametrize("hundred", range(3))
def test_hundreds_of_damaged_pages(read, peers, hundred):
    said = [refusal(read, damaged(100 * hundred + place)) for place in range(100)]
    messages = [message for message in said if message is not None]
    assert 50 < len(messages) < 100
    for message in messages:
        assert message.isprintable()  # and so of one line
        assert "mine.toml" in message
