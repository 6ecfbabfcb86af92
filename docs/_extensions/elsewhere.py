"""Links to JAX, NumPy and mpi4py: by their inventories, and where no network is, by their names."""

import urllib.error
import urllib.request

from docutils import nodes

PROJECTS = {
    "jax": "https://docs.jax.dev/en/latest/",
    "numpy": "https://numpy.org/doc/stable/",
    "mpi4py": "https://mpi4py.readthedocs.io/en/stable/",
}
PAGES = {  # of a function or class
    "jax": "_autosummary/{}.html",
    "numpy": "reference/generated/{}.html",
    "mpi4py": "reference/{}.html",
}
MODULES = {"jax": "{}.html", "numpy": "reference/", "mpi4py": "reference/{}.html"}


def reachable():
    """Returns the projects whose inventory can be read now, for `intersphinx_mapping`."""
    return {name: (url, None) for name, url in PROJECTS.items() if _answers(url + "objects.inv")}


def page_of(name, kind="func"):
    """Returns the address of the page of ``name``, such as "jax.numpy.sum"."""
    project = name.split(".")[0]
    if name.startswith("jax.sharding."):
        return f"{PROJECTS[project]}jax.sharding.html#{name}"  # all on one page
    pages = MODULES if kind == "mod" else PAGES
    return PROJECTS[project] + pages[project].format(name)


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def _resolve(app, env, node, content):
    name = node.get("reftarget", "")
    if node.get("refdomain") != "py" or name.split(".")[0] not in PROJECTS:
        return None
    if name.split(".")[0] in app.config.intersphinx_mapping:
        return content  # the inventory has no such page
    uri = page_of(name, node["reftype"])
    return nodes.reference("", "", content, refuri=uri, internal=False)


def setup(app):
    app.connect("missing-reference", _resolve, priority=900)  # after intersphinx
    return {"version": "1", "parallel_read_safe": True}
