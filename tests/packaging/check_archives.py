"""Check what a wheel and a source archive contain: python check_archives.py DIST."""

import sys
import tarfile
import zipfile
from pathlib import Path

FOLDERS = {
    "causal_dag": "causal_dag",
    "solvers": "causal_dag/solvers",
    "synthetic": "causal_dag/synthetic",
    "benchmarks": "causal_dag/benchmarks",
}


def package_files() -> list[str]:
    """Return the places in a wheel of all files of the checkout's package folders."""
    return [
        f"{package}/{path.relative_to(folder).as_posix()}"
        for folder, package in FOLDERS.items()
        for path in Path(folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]


def check_wheel(path: Path) -> list[str]:
    """Return what is wrong with the wheel."""
    names = zipfile.ZipFile(path).namelist()
    problems = [
        f"{name} is outside causal_dag"
        for name in names
        if not name.startswith(("causal_dag/", "causal_dag-"))
    ]
    problems += [f"{name} is missing" for name in package_files() if name not in names]
    problems += [f"{name} is packed twice" for name in set(names) if names.count(name) > 1]
    return problems


def check_source_archive(path: Path) -> list[str]:
    """Return what is wrong with the source archive."""
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    problems = [f"{member.name} is a link" for member in members if member.issym()]
    names = {member.name.split("/", 1)[-1] for member in members}
    needed = ["solvers/topo.py", "synthetic/data/sachs_2005.csv.gz", "tests/conftest.py"]
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
