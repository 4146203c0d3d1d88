"""The citation file agrees with the package."""

import re
import tomllib

import causal_dag


def test_the_citation_file_agrees_with_the_package(repository):
    text = (repository / "CITATION.cff").read_text(encoding="utf-8")
    fields = dict(re.findall(r"^([\w-]+): (.+)$", text, re.MULTILINE))
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    assert fields["cff-version"] == "1.2.0"
    assert fields["message"]
    assert fields["title"].strip('"').startswith(project["name"])
    assert fields["version"] == causal_dag.__version__
    assert fields["license"] == project["license"]
    assert re.findall(r"^  - name: (.+)$", text, re.MULTILINE) == [
        author["name"] for author in project["authors"]
    ]
