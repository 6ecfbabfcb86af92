"""What each primitive does to values that differ between ranks: a table for the `analysis`.

A value is the same on every rank until something makes it vary: a rank's own block, a received
message, the result of a scan over ranks. Collectives such as an allreduce make the same of what
varies. Each collective primitive is a row of a table here, put there by its owner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jpi._jax import names as _jax
from jpi._mpi.comm import Comm
from jpi._mpi.mesh import Mesh
from jpi._mpi.partition import (
    Partition,
    are_groups_known,
    finer,
    groups_along,
    groups_of,
    is_whole,
    joined,
    parts_along,
    parts_of,
)
from jpi._ordered.declared import Axes, agreed_p, claimed_p, varies_p


@dataclass(frozen=True, eq=False)
class Varying:
    """A value that differs between ranks, or may do so.

    Attributes:
        parts: the ranks that share it.
        cause: what makes it vary: an equation, or the numbers of arrays that are given to the
            program, and may be other ones on each rank.
    """

    parts: Partition
    cause: _jax.JaxprEqn | frozenset[int]

    @property
    def given(self) -> frozenset[int]:
        return self.cause if isinstance(self.cause, frozenset) else frozenset()


@dataclass(frozen=True)
class Together:
    """The ranks that a call connects, or that share a value, and their communicator."""

    groups: Partition
    comm: Callable[[], Comm]


Kind = Varying | None  # None: the same on every rank
Rule = Callable[[_jax.JaxprEqn, Kind], Kind]

rules: dict[_jax.Primitive, Rule] = {}
uses: dict[_jax.Primitive, Callable[..., tuple[Together, str]]] = {}
connected: dict[_jax.Primitive, Callable[..., Together]] = {}
_whole = "a rank's own block"
causes: dict[_jax.Primitive, str] = {varies_p: _whole}


def makes_same(*primitives: _jax.Primitive) -> None:
    """The results are the same on all ranks of the parameter ``comm``."""
    for primitive in primitives:
        rules[primitive] = _same_over
        connected[primitive] = _of_comm


def makes_varying(*primitives: _jax.Primitive, cause: str = "", connects: bool = True) -> None:
    """The results differ between the ranks of the parameter ``comm``.

    Args:
        cause: what the result is, for the message.
        connects: all ranks take part. If not (a message), a rank may branch around it.
    """
    for primitive in primitives:
        rules[primitive] = _varying_over
        causes[primitive] = cause or f"the result of {primitive.name.removeprefix('jpi_')}"
        if connects:
            connected[primitive] = _of_comm


def makes(primitive: _jax.Primitive, parts: Callable[..., Any], groups: Callable[..., Any]) -> None:
    """The results are a block: ``parts`` of the parameters has the (mesh, axes) it differs along.

    ``groups`` has those along which ranks take part.
    """

    def rule(equation: _jax.JaxprEqn, operands: Kind) -> Kind:
        return _made_varying(parts_along(*parts(**equation.params)), equation)

    rules[primitive] = rule
    causes[primitive] = _whole
    connected[primitive] = lambda **params: _along(*groups(**params))


def uses_as_same(primitive: _jax.Primitive, use: str) -> None:
    """The operand must be the same on all ranks of the parameter ``comm``."""
    uses[primitive] = lambda comm, **params: (_of_comm(comm=comm), use)


def _of_comm(*, comm: Comm, **params: Any) -> Together:
    return Together(groups_of(comm), lambda: comm)


def _along(mesh: Mesh, axes: Axes) -> Together:
    return Together(groups_along(mesh, axes), lambda: mesh.subcomm(axes))


def _same_over(equation: _jax.JaxprEqn, kind: Kind) -> Kind:
    if kind is None or not are_groups_known(equation.params["comm"]):
        return None  # in doubt no alarm: sums over ranks of a node, then over nodes, are the same
    parts = joined(kind.parts, groups_of(equation.params["comm"]))
    return None if is_whole(parts) else Varying(parts, kind.cause)


def _varying_over(equation: _jax.JaxprEqn, kind: Kind) -> Kind:
    return _of_own(kind, _made_varying(parts_of(equation.params["comm"]), equation))


def _declared_varying(equation: _jax.JaxprEqn, kind: Kind) -> Kind:
    own = _made_varying(parts_along(equation.params["mesh"], equation.params["axes"]), equation)
    return _of_own(kind, own)


def _made_varying(parts: Partition, equation: _jax.JaxprEqn) -> Kind:
    return None if is_whole(parts) else Varying(parts, equation)


def _of_own(operand: Kind, own: Kind) -> Kind:
    """The kind of a rank's own value: that an array may be given in other values is known then."""
    return both(None if operand and operand.given else operand, own)


def both(a: Kind, b: Kind) -> Kind:
    """The kind of a value that is computed from two."""
    if a is None or b is None:
        return a or b
    given = a.given | b.given
    if a.parts is b.parts and given == a.given:
        return a
    parts = a.parts if a.parts is b.parts else finer(a.parts, b.parts)
    return Varying(parts, given or a.cause)


rules[varies_p] = _declared_varying
rules[agreed_p] = _same_over
uses[claimed_p] = lambda mesh, axes, use: (_along(mesh, axes), use)
