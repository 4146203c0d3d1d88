"""Modules of the site's folder ``docs/extensions``, which is no package."""

import importlib.util


def load_extension(repository, name):
    """Return a module of ``docs/extensions``."""
    path = repository / "docs" / "extensions" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
