"""A report as one HTML page: no script, no link to anything outside it."""

from causal_dag.benchmarks.report.document import Document


def html_page(document: Document) -> str:
    """Return the page; whatever the document's texts hold, it is shown and not obeyed."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("causal_dag.benchmarks.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(document=document)
