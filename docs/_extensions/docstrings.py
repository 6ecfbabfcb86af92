"""Docstrings of JPI as reStructuredText: its sections become fields.

``Args:`` and ``Attributes:`` hold a name and a description a line; ``Shapes:``, ``Communication:``,
``Units:`` and ``Errors:`` stand alone, at the start of a line, or after a sentence.
"""

import inspect
import re

FIELDS = "Shapes|Communication|Units|Errors"
_FIELD = re.compile(rf"^({FIELDS}):\s*(.*)", re.S)
_WITHIN = re.compile(rf"(?<=\.)\s+(?=(?:{FIELDS}):)")
_KINDS = {"Args": "param", "Attributes": "ivar"}


def as_fields(app, what, name, obj, options, lines):
    """Writes the sections of a docstring as fields."""
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines).strip())
    if getattr(obj, "__module__", "") == "jpi._array.methods":
        paragraphs = paragraphs[:2]  # what JAX says first; the rest is in its documentation
    parts = [part for paragraph in paragraphs for part in _parts(paragraph)]
    prose = [part for part in parts if not part.startswith(":")]
    fields = [part for part in parts if part.startswith(":")]
    lines[:] = ["\n\n".join(prose), "", *fields, ""] if fields else ["\n\n".join(prose), ""]
    lines[:] = "\n".join(lines).splitlines()


def _parts(paragraph):
    """The fields of a paragraph, or the paragraph."""
    head, _, rest = paragraph.partition("\n")
    if head.rstrip(":") in _KINDS and head.endswith(":"):
        return [_arguments(_KINDS[head[:-1]], rest)]
    if head == "Example:":
        return [head, rest]
    lines = re.split(rf"\n(?=(?:{FIELDS}):)", paragraph)
    return [_field(part) for line in lines for part in _WITHIN.split(line)]


def _arguments(kind, text):
    """A field for each argument: its lines are indented by four, those that go on by eight."""
    fields = []
    for entry in re.split(r"\n(?=    \S)", text):
        names, description = entry.strip().split(": ", 1)
        description = " ".join(description.split())
        fields += [f":{kind} {name}: {description}" for name in names.split(", ")]
    return "\n".join(fields)


def _field(text):
    match = _FIELD.match(text)
    if not match:
        return text
    body = " ".join(inspect.cleandoc(match[2]).split())
    return f":{match[1]}: {body}"


def setup(app):
    app.connect("autodoc-process-docstring", as_fields)
    return {"version": "1", "parallel_read_safe": True}
