"""Check what a wheel and a source archive contain: python check_archives.py DIST."""

import sys
import tarfile
import zipfile
from pathlib import Path


def check_wheel(path: Path) -> list[str]:
    """Return what is wrong with the wheel."""
    names = zipfile.ZipFile(path).namelist()
    problems = [
        f"{name} is outside causal_dag"
        for name in names
        if not name.startswith(("causal_dag/", "causal_dag-"))
    ]
    needed = [
        "causal_dag/py.typed",
        "causal_dag/solvers/registry.py",
        "causal_dag/synthetic/data/sachs_2005.csv.gz",
        "causal_dag/benchmarks/demo.py",
        "causal_dag/benchmarks/suites/quickstart.toml",
        "causal_dag/benchmarks/report/page.html.j2",
        "causal_dag/benchmarks/peers/adapters/gcastle.py",
        "causal_dag/advice/benchmark_results.json",
    ]
    problems += [f"{name} is missing" for name in needed if name not in names]
    problems += [f"{name} is packed twice" for name in set(names) if names.count(name) > 1]
    return problems


def check_source_archive(path: Path) -> list[str]:
    """Return what is wrong with the source archive."""
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    problems = [f"{member.name} is a link" for member in members if member.issym()]
    names = {member.name.split("/", 1)[-1] for member in members}
    needed = ["solvers/registry.py", "synthetic/data/sachs_2005.csv.gz", "tests/conftest.py"]
    problems += [f"{name} is missing" for name in needed if name not in names]
    return problems


def main(folder: Path) -> int:
    """Check the one wheel and the one source archive in a folder."""
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    problems = check_wheel(wheel) + check_source_archive(source)
    for problem in problems:
        print(f"error: {problem}")
    return len(problems) > 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
