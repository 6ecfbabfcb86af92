"""The directive `examples`: the programs of `examples/`, with the first sentence of each."""

import ast
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

EXAMPLES = Path(__file__).parents[2] / "examples"


class Examples(SphinxDirective):
    def run(self):
        self.env.note_dependency(EXAMPLES)
        lines = []
        for path in sorted(EXAMPLES.glob("*.py")):
            sentence = ast.get_docstring(ast.parse(path.read_text())).splitlines()[0]
            lines.append(f"- {{download}}`{path.name} </../examples/{path.name}>`: {sentence}")
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app):
    app.add_directive("examples", Examples)
    return {"version": "1", "parallel_read_safe": True}
