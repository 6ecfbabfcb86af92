"""The directive `mpirun`: code that runs on several ranks when the site is built.

The blocks of a page are one program, as the cells of a notebook are; ``:ranks:`` begins another
one. A block with ``:exit:``, and one that names a file, is a program of its own. The build fails
where a program ends with another exit code, and where a block raises what it does not announce.
No extension that is kept up runs the cells of a page on several processes: MyST-NB has one kernel,
and sphinxcontrib-programoutput has programs only.
"""

import itertools
import shlex
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from runs import Failed, run_program, run_session
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

REPOSITORY = Path(__file__).parents[2]
logger = logging.getLogger(__name__)


class Block(nodes.container):
    """The code of a block; its output comes when the page has been read."""


class MpiRun(SphinxDirective):
    has_content = True
    optional_arguments = 1  # a program of the repository, in place of the content
    final_argument_whitespace = True  # and its arguments
    option_spec = {  # noqa: RUF012
        "ranks": directives.positive_int,
        "exit": directives.nonnegative_int,
        "raises": directives.unchanged_required,
        "picture": directives.unchanged_required,
        "alt": directives.unchanged_required,
        "environment": directives.unchanged_required,
        "hide-code": directives.flag,
    }

    def run(self):
        command = shlex.split(self.arguments[0]) if self.arguments else []
        code = "\n".join(self.content)
        if command:
            self.env.note_dependency(REPOSITORY / command[0])
            code = (REPOSITORY / command[0]).read_text().rstrip()
        block = Block("", classes=["mpirun"], code=code, command=command, **self.options)
        block.source, block.line = self.get_source_info()
        if "hide-code" not in self.options:
            block += nodes.literal_block(code, code, language="python")
        return [block]


def run_blocks(app, document):
    """Adds to each block of a page what it printed and drew."""
    _refuse_code_that_did_not_run(document)
    if not app.config.run_programs:
        return
    programs = itertools.groupby(_numbered(document.findall(Block)), key=lambda pair: pair[0])
    for _, pairs in programs:
        blocks = [block for _, block in pairs]
        try:
            for block, (text, folder) in zip(blocks, _outcomes(blocks), strict=True):
                _show(block, _caption(block, blocks[0]), text, folder)
        except Failed as error:
            logger.warning("%s", error, location=blocks[0])


def _outcomes(blocks):
    """What each block of one program printed, and the folder in which it ran."""
    first = blocks[0]
    ranks, environment = first.get("ranks", 4), _environment(first)
    if _is_alone(first):
        wanted = first.get("exit", 0)
        return [run_program(first["code"], first["command"], ranks, environment, wanted)]
    codes = [(block["code"], block.get("raises")) for block in blocks]
    return run_session(codes, ranks, environment)


def _numbered(blocks):
    """Each block with the number of its program."""
    number, is_open = 0, False
    for block in blocks:
        if "ranks" in block or _is_alone(block) or not is_open:
            number += 1
        is_open = not _is_alone(block)
        yield number, block


def _is_alone(block):
    return bool(block["command"]) or "exit" in block


def _environment(block):
    return dict(pair.split("=", 1) for pair in block.get("environment", "").split())


def _caption(block, first):
    ranks = first.get("ranks", 4)
    if "raises" in block:
        return "Every rank raises:"
    if not _is_alone(block):
        return f"Output on {ranks} rank{'s' if ranks > 1 else ''}:"
    command = f"mpirun -n {ranks} python {shlex.join(block['command'] or ['program.py'])}"
    code = block.get("exit", 0)
    ending = f" ends with exit code {code}" if code else ""
    return f"{block.get('environment', '')} {command}{ending}:".strip()


def _show(block, caption, text, folder):
    if text:
        output = nodes.container(classes=["output", "drawn"] if "┌" in text else ["output"])
        output += nodes.paragraph("", caption, classes=["output-caption"])
        output += nodes.literal_block(text, text, language="text")
        block += output
    for name in block.get("picture", "").split():
        if not (folder / name).exists():
            raise Failed(f"the block wrote no {name}")
        path = (folder / name).relative_to(REPOSITORY)
        block += nodes.image(uri=f"/../{path}", alt=block.get("alt", f"the picture {name}"))


def _refuse_code_that_did_not_run(document):
    for code in document.findall(nodes.literal_block):
        if code.get("language") in ("python", "py", "pycon") and not isinstance(code.parent, Block):
            logger.warning(
                "Python code must be in a block `mpirun`, which runs it, or be marked as text",
                location=code,
            )


def setup(app):
    app.add_config_value("run_programs", True, "env")
    app.add_directive("mpirun", MpiRun)
    app.add_node(
        Block,
        html=(
            lambda writer, node: writer.visit_container(node),
            lambda writer, node: writer.depart_container(node),
        ),
    )
    app.connect("doctree-read", run_blocks, priority=400)  # before the images are collected
    return {"version": "1", "parallel_read_safe": False}
