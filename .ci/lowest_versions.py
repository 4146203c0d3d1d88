"""Print constraints for pip that hold every dependency at the lowest version stated.

python .ci/lowest_versions.py pyproject.toml > lowest.txt && pip install -c lowest.txt '.[test]'
"""

import re
import sys
import tomllib
from pathlib import Path

# Newer ones than these warn when the lowest version of what uses them calls them.
OF_THAT_TIME = {"pyparsing": "3.1.0"}
# Tools that are pinned, packages of others that are only compared with, and the package itself.
UNBOUNDED = ("dev", "docs", "peers")


def lowest_versions(project: dict) -> dict[str, str]:
    """Return the lowest version of every requirement; a requirement without one is an error."""
    extras = project["optional-dependencies"]
    listed = [extras[extra] for extra in extras if extra not in UNBOUNDED]
    lowest = dict(OF_THAT_TIME)
    for requirement in sum(listed, project["dependencies"]):
        name, bound = re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement).groups()
        if lowest.setdefault(name, bound) != bound:
            raise ValueError(f"{name} has two lowest versions, {lowest[name]} and {bound}")
    return lowest


def main() -> None:
    """Print a line for every dependency."""
    project = tomllib.loads(Path(sys.argv[1]).read_text())["project"]
    for name, version in sorted(lowest_versions(project).items()):
        print(f"{name}=={version}")


if __name__ == "__main__":
    main()
