"""The directive `functions`: the functions that a module of JPI makes of a module of JAX."""

import ast
import importlib
import inspect
import re

from sphinx.util.docutils import SphinxDirective


class Functions(SphinxDirective):
    required_arguments = 1

    def run(self):
        name = self.arguments[0]
        module = importlib.import_module(name)
        own = set(self.config.own_functions.get(name, ()))
        source = importlib.import_module(f"jax.{name.removeprefix('jpi.')}")
        names = [n for n in dir(source) if not n.startswith("_") and n not in own]
        functions = [n for n in names if _is_function(getattr(module, n, None))]
        text = "\n".join(_entry(name, n, getattr(module, n)) for n in functions)
        return self.parse_text_to_nodes(text)


def _is_function(value):
    return callable(value) and not inspect.isclass(value) and not inspect.ismodule(value)


def _entry(module, name, function):
    """An entry: the signature, the first sentence of JAX's docstring, and a link to the rest."""
    source = f"jax.{module.removeprefix('jpi.')}.{name}"
    signature = _signature(function)
    axis = "The axis is one of `jax.vmap`, not the ranks. " if "axis_name" in signature else ""
    return (
        f"```{{py:function}} {name}{signature}\n:module: {module}\n\n"
        f"{_sentence(function, source)} {axis}{{py:func}}`{source}`\n```\n"
    )


def _signature(function):
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return "(*args, **kwargs)"
    parameters = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    text = str(signature.replace(parameters=parameters, return_annotation=signature.empty))
    try:
        ast.parse(f"def f{text}: pass")
    except SyntaxError:
        parameters = [p if p.default is p.empty else p.replace(default=...) for p in parameters]
        text = str(signature.replace(parameters=parameters, return_annotation=signature.empty))
        text = text.replace("Ellipsis", "...")
    return text


# In a docstring: a role with its text, or code.
_MARKED = re.compile(r":(?P<role>\w+):`~?(?P<text>[^`]+)`|``(?P<code>.+?)``|`(?P<word>[^`<]+)`")


def _sentence(function, source):
    """What JPI says of a function in its first paragraph, or what JAX says, as Markdown."""
    paragraphs = (inspect.getdoc(function) or "").split("\n\n")
    own = [text for text in paragraphs[:1] if not text.startswith(("As `jax", "`jax"))]
    module, _, name = source.rpartition(".")
    original = getattr(importlib.import_module(module), name, None)
    of_jax = (inspect.getdoc(original) or "").split("\n\n")
    sentence = " ".join((own or of_jax)[0].split())
    parts, end = [], 0
    for match in _MARKED.finditer(sentence):
        parts += [_escaped(sentence[end : match.start()]), _markdown(**match.groupdict())]
        end = match.end()
    return "".join([*parts, _escaped(sentence[end:])])


def _markdown(role, text, code, word):
    if role == "math":
        return f"{{math}}`{text}`"
    if role == "func" and text.startswith(("jax.", "numpy.")):
        return f"{{py:func}}`{text}`"
    return f"`{text or code or word}`"


def _escaped(text):
    return "".join(rf"\{c}" if c in r"\`*_{}[]()<>#$|~" else c for c in text)


def resolve_collective(app, env, node, content):
    """A link to `jpi.allreduce` goes to the entry of `jpi.collectives.allreduce`."""
    module, _, name = node.get("reftarget", "").rpartition(".")
    if module != "jpi" or node.get("refdomain") != "py":
        return None
    target, domain = f"jpi.collectives.{name}", env.domains.python_domain
    return domain.resolve_xref(env, node["refdoc"], app.builder, "func", target, node, content)


def setup(app):
    app.connect("missing-reference", resolve_collective)
    app.add_config_value("own_functions", {}, "env")
    app.add_directive("functions", Functions)
    return {"version": "1", "parallel_read_safe": True}
