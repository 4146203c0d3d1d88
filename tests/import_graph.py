"""The library's imports as a graph of modules and of parts, read from the sources."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import networkx as nx

FOLDERS = {
    "causal_dag": "causal_dag",
    "solvers": "causal_dag.solvers",
    "synthetic": "causal_dag.synthetic",
    "benchmarks": "causal_dag.benchmarks",
}
# They offer or start what the others hold, so everything may stand below them.
FACADES = {"causal_dag", "causal_dag.__main__"}


def module_files(repository: Path) -> dict[str, Path]:
    """Return the file of every module of the library, by the name it is imported as."""
    files = {}
    for folder, package in FOLDERS.items():
        for path in sorted((repository / folder).rglob("*.py")):
            if any(parent.is_symlink() for parent in path.parents):
                continue
            parts = path.relative_to(repository / folder).with_suffix("").parts
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            files[".".join((package, *parts))] = path
    return files


@cache
def syntax_tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file; nobody may change it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_modules(tree: ast.AST, modules: set[str]) -> Iterator[str]:
    """Yield what a module imports when it runs: at the top, in functions, by ``import_module``."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            stack += node.orelse
            continue
        stack += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in modules else node.module for name in names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            argument = ast.literal_eval(node.args[0]) if is_constant(node.args[0]) else None
            if argument in modules:
                yield argument


def is_constant(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant)


def part_of(module: str, path: Path) -> str:
    """Return the folder of a module; a module directly in ``causal_dag/`` is a part of its own."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return module if package == "causal_dag" else package


@cache
def import_graph(repository: Path) -> nx.DiGraph:
    """Return the graph in which every module points to the modules it imports."""
    files = module_files(repository)
    graph = nx.DiGraph()
    for module, path in files.items():
        graph.add_node(module, part=part_of(module, path))
        for imported in imported_modules(syntax_tree(path), set(files)):
            graph.add_edge(module, imported)
    graph.remove_nodes_from(FACADES - {"causal_dag"})
    return nx.freeze(graph)


def part_graph(modules: nx.DiGraph) -> nx.DiGraph:
    """Return the graph of parts: folders, and modules that stand directly in ``causal_dag/``."""
    part = nx.get_node_attributes(modules, "part")
    edges = ((part[a], part[b]) for a, b in modules.edges)
    return nx.DiGraph((a, b) for a, b in edges if a != b)


def circles(graph: nx.DiGraph) -> list[list[str]]:
    """Return the groups of nodes that reach one another."""
    return [sorted(group) for group in nx.strongly_connected_components(graph) if len(group) > 1]
