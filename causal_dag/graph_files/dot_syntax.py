"""A parser of the DOT language (https://graphviz.org/doc/info/lang.html)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from causal_dag.wording import quoted

_TOKEN = re.compile(
    r"""
    (?P<skipped> \s+ | //[^\n]* | /\*.*?\*/ | ^\#[^\n]*)
  | (?P<quoted> "(?:[^"\\]|\\.)*" )
  | (?P<html> < )
  | (?P<edge> -> | -- )
  | (?P<number> -? (?: \.[0-9]+ | [0-9]+ (?:\.[0-9]*)? ) )
  | (?P<word> [^\W\d] \w* )
  | (?P<mark> [{}\[\];,=:+] )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_KEYWORDS = {"strict", "graph", "digraph", "node", "edge", "subgraph"}


@dataclass(frozen=True)
class DotEdge:
    """An edge between two nodes, with its attributes."""

    source: str
    target: str
    is_directed: bool
    attributes: dict[str, str]


@dataclass
class DotGraph:
    """Nodes with their attributes, in the order in which they appear, and edges."""

    is_strict: bool = False
    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[DotEdge] = field(default_factory=list)


def parse_dot(text: str) -> DotGraph:
    """Return the graph that a text in DOT describes.

    Raises
    ------
    ValueError
        If it is not DOT; the message names the line.

    Examples
    --------
    >>> from causal_dag.graph_files.dot_syntax import parse_dot
    >>> graph = parse_dot('digraph { a -> {b "c d"} [effect=".5"] }')
    >>> [(edge.source, edge.target, edge.attributes) for edge in graph.edges]
    [('a', 'b', {'effect': '.5'}), ('a', 'c d', {'effect': '.5'})]
    """
    return _Parser(text).graph()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int


def _tokens(text: str) -> Iterator[_Token]:
    place, line = 0, 1
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"not DOT: line {line} has {quoted(text[place : place + 20])}")
        kind, token = str(match.lastgroup), match[0]
        if kind == "html":
            token = _html(text, place, line)
            yield _Token("name", token[1:-1], line)
        elif kind == "quoted":
            inner = re.sub(r"\\(\r\n|\n|\r)", "", token[1:-1])
            # A doubled backslash stays: only labels give it a meaning.
            yield _Token("string", re.sub(r"(\\\\)|\\\"", lambda m: m[1] or '"', inner), line)
        elif kind == "word" and token.lower() in _KEYWORDS:
            yield _Token(token.lower(), token, line)
        elif kind in ("word", "number"):
            yield _Token("name", token, line)
        elif kind != "skipped":
            yield _Token(token, token, line)
        place += len(token)
        line += token.count("\n")
    yield _Token("end", "the end of the file", line)


def _html(text: str, start: int, line: int) -> str:
    depth = 0
    for match in re.compile("[<>]").finditer(text, start):
        depth += 1 if match[0] == "<" else -1
        if depth == 0:
            return text[start : match.end()]
    raise ValueError(f"not DOT: line {line} has a < without its >")


class _Parser:
    """Recursive descent: one method per rule of the grammar."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens)
        self._graph = DotGraph()

    def graph(self) -> DotGraph:
        self._graph.is_strict = self._taken("strict") is not None
        if self._taken("graph", "digraph") is None:
            raise self._unexpected("graph or digraph")
        self._identifier()
        self._block({"node": {}, "edge": {}})
        if self._next.kind != "end":
            raise self._unexpected("the end of the file")
        return self._graph

    def _block(self, defaults: dict[str, dict[str, str]]) -> list[str]:
        """Read ``{ statements }``, and return the nodes in it."""
        self._expect("{")
        inner = {kind: dict(attributes) for kind, attributes in defaults.items()}
        nodes: list[str] = []
        while self._taken("}") is None:
            nodes += self._statement(inner)
            self._taken(";")
        return nodes

    def _statement(self, defaults: dict[str, dict[str, str]]) -> list[str]:
        kind = self._taken("graph", "node", "edge")
        if kind is not None:
            defaults.setdefault(kind.kind, {}).update(self._attributes())
            return []
        ends = self._end(defaults)
        if ends is None:  # an attribute of the graph, name = value
            return []
        chain = [ends]
        operators = []
        while (operator := self._taken("->", "--")) is not None:
            operators.append(operator.kind)
            chain.append(self._end(defaults) or [])
        attributes = self._attributes()
        if len(chain) == 1 and len(ends) == 1:
            self._graph.nodes[ends[0]].update(attributes)
        for operator_kind, sources, targets in zip(operators, chain, chain[1:], strict=False):
            self._graph.edges += [
                DotEdge(a, b, operator_kind == "->", {**defaults["edge"], **attributes})
                for a in sources
                for b in targets
            ]
        return [node for nodes in chain for node in nodes]

    def _end(self, defaults: dict[str, dict[str, str]]) -> list[str] | None:
        """Read one end of an edge: a node, or a group; None for an attribute of the graph."""
        if self._taken("subgraph") is not None:
            self._identifier()
            return self._block(defaults) if self._next.kind == "{" else []
        if self._next.kind == "{":
            return self._block(defaults)
        name = self._identifier()
        if name is None:
            raise self._unexpected("a node")
        if self._taken("=") is not None:
            self._identifier()
            return None
        while self._taken(":") is not None:
            self._identifier()
        self._graph.nodes.setdefault(name, dict(defaults["node"]))
        return [name]

    def _attributes(self) -> dict[str, str]:
        """Read any number of ``[name=value, ...]``."""
        attributes: dict[str, str] = {}
        while self._taken("[") is not None:
            while self._taken("]") is None:
                name = self._identifier()
                if name is None:
                    raise self._unexpected("an attribute or ]")
                value = self._identifier() if self._taken("=") is not None else "true"
                if value is None:
                    raise self._unexpected("a value")
                attributes[name] = value
                self._taken(",", ";")
        return attributes

    def _identifier(self) -> str | None:
        """Read a name; strings can be joined by ``+``."""
        token = self._taken("name", "string")
        if token is None:
            return None
        text = token.text
        while token.kind == "string" and self._taken("+") is not None:
            text += self._expect("string").text
        return text

    def _taken(self, *kinds: str) -> _Token | None:
        """Return the next token and go on, if it is of one of these kinds."""
        token = self._next
        if token.kind not in kinds:
            return None
        self._next = next(self._tokens)
        return token

    def _expect(self, kind: str) -> _Token:
        token = self._taken(kind)
        if token is None:
            raise self._unexpected(kind)
        return token

    def _unexpected(self, wanted: str) -> ValueError:
        token = self._next
        shown = token.text if token.kind == "end" else quoted(token.text)
        return ValueError(f"not DOT: line {token.line} has {shown} where {wanted} should be")
