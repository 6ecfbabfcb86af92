"""Random programs on distributed arrays, as data: drawn, run, and reduced.

A program prints as Python, so that one that fails can be pasted into a script and run again::

    check_program(Program(...))
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import jpi
import jpi.numpy
import support.random_arithmetic
import support.random_movement  # noqa: F401
from support.oracle import random_array
from support.random_draws import Draw, Known, Unfit, spec_of
from support.random_operations import FAMILIES, OPERATIONS
from support.random_transforms import COMPILERS, DERIVATIVES, WRAPPERS

SIZES = (12, 7, 7, 5, 5, 4, 3, 3, 3, 2, 2, 1)
NONE = 0.05  # how often a size is 0 instead
LARGEST = 600  # elements of one value
SCALE = 10.0  # above it a value is scaled down, so that rounding cannot decide the results
BATCH = 3  # the size of an axis that is mapped


@dataclass(frozen=True)
class Operand:
    """An argument: plain, or sharded by ``cuts`` (see `spec_of`); ``axis`` is mapped over."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    cuts: tuple[int, ...] | None
    axis: int | None = None

    @property
    def is_differentiable(self) -> bool:
        return np.dtype(self.dtype).kind in "fc"

    def values(self) -> np.ndarray:
        shape = self.shape
        if self.axis is not None:
            shape = (*shape[: self.axis], BATCH, *shape[self.axis :])
        seed = int(self.name[1:])
        if self.dtype == "bool":
            return random_array(shape, seed=seed) > 0
        return random_array(shape, self.dtype, seed)

    def distributed(self, mesh: jpi.Mesh) -> Any:
        x = self.values()
        if self.cuts is None:
            return jnp.asarray(x)
        spec = spec_of(self.cuts, mesh.axis_names, len(self.shape))
        if self.axis is not None:
            spec = (*spec[: self.axis], (), *spec[self.axis :])
        return jpi.numpy.asarray(x, spec=jpi.P(*spec), mesh=mesh)


@dataclass(frozen=True)
class Step:
    """``name = operation(*operands, **params)``, and the type that it has."""

    name: str
    operation: str
    operands: tuple[str, ...]
    params: dict[str, Any]
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class Program:
    """Operands, steps, the names of the results, and the transforms around all of them."""

    mesh: tuple[int, ...]
    x64: bool
    compiler: str
    derivative: str
    wrapper: str
    operands: tuple[Operand, ...]
    steps: tuple[Step, ...]
    results: tuple[str, ...]

    def __str__(self) -> str:
        parts = ",\n    ".join(
            f"{name}=({''.join(f'{chr(10)}        {each!r},' for each in value)})"
            if name in ("operands", "steps")
            else f"{name}={value!r}"
            for name, value in vars(self).items()
        )
        return f"Program(\n    {parts},\n)"

    def run(self, numpy: Any, *args: Any) -> list[Any]:
        known = {operand.name: x for operand, x in zip(self.operands, args, strict=True)}
        for step in self.steps:
            operands = [known[name] for name in step.operands]
            known[step.name] = OPERATIONS[step.operation].apply(numpy, *operands, **step.params)
        return [known[name] for name in self.results]

    def context(self) -> Any:
        if not self.x64:
            return contextlib.nullcontext()
        namespace = jax if hasattr(jax, "enable_x64") else jax.experimental
        return namespace.enable_x64(True)

    def on_one_process(self) -> Any:
        with self.context():
            args = [jnp.asarray(operand.values()) for operand in self.operands]
            return jax.tree.map(np.asarray, jax.jit(self._function(jax.numpy))(args))

    def on_all_ranks(self) -> Any:
        """The results of `on_one_process`, for distributed arrays."""
        with self.context():
            return COMPILERS[self.compiler](self._function(jpi.numpy))(self.arguments())

    def collectives(self) -> list[str]:
        """The collectives that this rank would call, in order; nothing is run."""
        with self.context():
            closed = jax.make_jaxpr(self._function(jpi.numpy))(self.arguments())
        return list(collectives_in(closed.jaxpr))

    def arguments(self) -> list[Any]:
        mesh = jpi.make_mesh(self.mesh, tuple("xy"[: len(self.mesh)]))
        return [operand.distributed(mesh) for operand in self.operands]

    def _function(self, numpy: Any) -> Callable[[list[Any]], Any]:
        """The program with its transforms, of a list of arguments."""
        run = WRAPPERS[self.wrapper](self, numpy)

        def whole(args: list[Any]) -> Any:
            moving = [i for i, x in enumerate(self.operands) if x.is_differentiable]

            def of_moving(parts: list[Any]) -> list[Any]:
                full = list(args)
                for i, part in zip(moving, parts, strict=True):
                    full[i] = part
                return run(*full)

            return DERIVATIVES[self.derivative](numpy, of_moving, [args[i] for i in moving])

        return whole


def collectives_in(jaxpr: Any) -> Iterator[str]:
    for equation in jaxpr.eqns:
        params = [y for x in equation.params.values() for y in (x if type(x) is tuple else (x,))]
        inner = [x for x in params if hasattr(x, "eqns") or hasattr(x, "jaxpr")]
        for each in inner:
            yield from collectives_in(getattr(each, "jaxpr", each))
        if equation.effects and not inner:
            yield equation.primitive.name


# ---- drawing ----


def draw_program(seed: int, index: int, size: int) -> Program:
    """The program with this number, for so many ranks."""
    draw = Draw(seed, index, size)
    grids = [(n, size // n) for n in range(1, size + 1) if size % n == 0]
    program = Program(
        mesh=draw.one_of([(size,), (size,), *grids]),
        x64=draw.chance(0.4),
        compiler=draw.one_of(["jpi.jit", "jpi.jit", "jax.jit", "eager"]),
        derivative=draw.one_of(["value", "gradient", "gradient", "tangent", "curvature"]),
        wrapper=draw.one_of(["none", *WRAPPERS, "spmd"]),
        operands=(),
        steps=(),
        results=(),
    )
    program = dataclasses.replace(program, operands=tuple(draw_operands(draw, program)))
    with program.context():
        steps = draw_steps(draw, program, draw.integer(2, 6))
    used = {name for step in steps for name in step.operands}
    results = tuple(step.name for step in steps if step.name not in used)
    return cleaned(dataclasses.replace(program, steps=tuple(steps), results=results))


def draw_operands(draw: Draw, program: Program) -> Iterator[Operand]:
    """Two to four arrays with common sizes; the first is sharded and real."""
    sizes = [0 if draw.chance(NONE) else draw.one_of(SIZES) for _ in range(3)]
    for number in range(draw.integer(2, 4)):
        shape = draw.some_of(sizes, least=0 if number and draw.chance(0.2) else 1)
        if draw.chance(0.2):
            shape = draw.order(shape)
        if number and shape and draw.chance(0.15):
            shape = (1, *shape[1:])
        dtype = "float64" if program.x64 else "float32"
        if number and draw.chance(0.3):
            dtype = draw.one_of(["int32", "bool", "complex128" if program.x64 else "complex64"])
        cuts = tuple(draw.one_of([draw.integer(-1, len(shape) - 1), 0]) for _ in range(2))
        is_plain = not shape or (number and draw.chance(0.35))
        axis = None
        if program.wrapper in ("vmap", "map") and (number == 0 or draw.chance(0.6)):
            axis = draw.integer(0, len(shape)) if program.wrapper == "vmap" else 0
        yield Operand(f"a{number}", shape, dtype, None if is_plain else cuts, axis)


def draw_steps(draw: Draw, program: Program, count: int) -> list[Step]:
    known = [Known(x.name, x.shape, x.dtype) for x in program.operands]
    steps: list[Step] = []
    while len(steps) < count:
        name = draw.one_of([*OPERATIONS, *FAMILIES, *FAMILIES, *FAMILIES])
        name = draw.one_of(FAMILIES.get(name, [name]))
        operation = OPERATIONS[name]
        try:
            operands, params = operation.draw(draw, known)
        except Unfit:
            continue
        result = typed(name, operands, params)
        if math.prod(result.shape) > LARGEST or len(result.shape) > 4:
            continue
        scale = operation.scale(operands, result.shape)
        for each in added(len(known), name, operands, params, result, scale):
            steps.append(each)
            known.append(Known(each.name, each.shape, each.dtype, min(scale, SCALE)))
    return steps


def typed(name: str, operands: Sequence[Known], params: dict[str, Any]) -> Any:
    apply = functools.partial(OPERATIONS[name].apply, jax.numpy, **params)
    return jax.eval_shape(apply, *(jax.ShapeDtypeStruct(x.shape, x.dtype) for x in operands))


def added(
    number: int, name: str, operands: Any, params: Any, result: Any, scale: float
) -> Iterator[Step]:
    """A step, and one that scales its result down where that may be large."""
    type_of = result.shape, result.dtype.name
    yield Step(f"v{number}", name, tuple(x.name for x in operands), params, *type_of)
    if scale > SCALE and jnp.issubdtype(result.dtype, jnp.inexact):
        factor = float(f"{1 / scale:.1g}")
        yield Step(f"v{number + 1}", "scale", (f"v{number}",), {"factor": factor}, *type_of)


def cleaned(program: Program) -> Program:
    """The program without the steps and operands that its results do not need."""
    needed = set(program.results)
    for step in reversed(program.steps):
        if step.name in needed:
            needed |= set(step.operands)
    return dataclasses.replace(
        program,
        steps=tuple(step for step in program.steps if step.name in needed),
        operands=tuple(x for i, x in enumerate(program.operands) if x.name in needed or (i == 0)),
    )


# ---- reducing ----


def smaller(program: Program) -> Iterator[Program]:
    """Smaller programs, the smallest first."""

    def change(**changed: Any) -> Program:
        return cleaned(dataclasses.replace(program, **changed))

    for step in program.steps:
        if program.results != (step.name,):
            yield change(results=(step.name,))
    for simplest, field in (("none", "wrapper"), ("value", "derivative"), ("jpi.jit", "compiler")):
        if getattr(program, field) != simplest:
            operands = program.operands
            if field == "wrapper":
                operands = tuple(dataclasses.replace(x, axis=None) for x in operands)
            yield change(**{field: simplest, "operands": operands})
    if len(program.mesh) > 1:
        yield change(mesh=(math.prod(program.mesh),))
    for i, step in enumerate(program.steps[:-1]):  # an operand in its place
        fresh = Operand(f"a{10 + int(step.name[1:])}", step.shape, step.dtype, (0, -1))
        if not step.shape:
            fresh = dataclasses.replace(fresh, cuts=None)
        yield change(
            operands=(*program.operands, fresh),
            steps=tuple(
                dataclasses.replace(
                    later,
                    operands=tuple(fresh.name if n == step.name else n for n in later.operands),
                )
                for j, later in enumerate(program.steps)
                if j != i
            ),
        )
    for i, operand in enumerate(program.operands):
        for cuts in (None, (0, -1)) if operand.shape else ():
            if operand.cuts not in (None, cuts) and not (i == 0 and cuts is None):
                changed = dataclasses.replace(operand, cuts=cuts)
                yield change(operands=(*program.operands[:i], changed, *program.operands[i + 1 :]))
