"""Source as a check reads it: what is called, with what, and where a name has its value from."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Breach:
    """Something that must not be in the source.

    Attributes:
        module: its path below the package.
        line: where, from 1.
        what: in words.
    """

    module: str
    line: int
    what: str

    def __str__(self) -> str:
        """As an editor likes it."""
        return f"{self.module}:{self.line}: {self.what}"


def name_of(node: ast.AST | None) -> str | None:
    """What a name or an attribute is called, whatever it is an attribute of."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            return name
        case _:
            return None


def called(node: ast.AST | None) -> str | None:
    """What a call calls; also where it is waited for. None for anything else."""
    if isinstance(node, ast.Await):
        node = node.value
    return name_of(node.func) if isinstance(node, ast.Call) else None


@cache
def functions_of(tree: ast.AST) -> tuple[Function, ...]:
    """Every function, methods and those inside of others included."""
    return tuple(node for node in ast.walk(tree) if isinstance(node, Function))


@cache
def own_nodes(function: Function) -> tuple[ast.AST, ...]:
    """What stands in a function itself and not in one that is defined in it; lambdas count."""
    nodes: list[ast.AST] = list(function.body)
    for node in nodes:
        if not isinstance(node, Function):
            nodes.extend(ast.iter_child_nodes(node))
    return tuple(nodes)


def parameters_of(function: Function) -> list[ast.arg]:
    """Its parameters that may be given by place, then those by name only."""
    arguments = function.args
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def argument_of(call: ast.Call, name: str, place: int) -> ast.expr | None:
    """What is given for a parameter, by name or by place; None where that cannot be told."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if any(isinstance(each, ast.Starred) for each in call.args[: place + 1]):
        return None
    return call.args[place] if place < len(call.args) else None


def place_of(value: ast.expr | None, function: Function) -> tuple[int, str] | None:
    """Which argument of a function a value is, counted as its callers do, and its name."""
    parameters = [each.arg for each in parameters_of(function)]
    if not isinstance(value, ast.Name) or value.id not in parameters:
        return None
    bound = parameters[0] in ("self", "cls")
    return parameters.index(value.id) - bound, value.id


def assigned(function: Function) -> dict[str, ast.expr | None]:
    """The names a function sets, with their value.

    None: it is set more than once, or by something else than a plain assignment.
    """
    values: dict[str, ast.expr | None] = {}
    plain: dict[ast.AST, ast.expr] = {}
    for node in own_nodes(function):
        match node:
            case ast.Assign(targets=[ast.Name() as target], value=value):
                plain[target] = value
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
                plain[target] = value
            case _:
                pass
    for node in own_nodes(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            values[node.id] = None if node.id in values else plain.get(node)
    return values


def known_as(node: ast.expr | None, known: Mapping[str, ast.expr | None]) -> ast.expr | None:
    """The value behind a local name, through as many as there are."""
    seen = set()
    while isinstance(node, ast.Name) and node.id in known and node.id not in seen:
        seen.add(node.id)
        node = known[node.id]
    return node


def constants_of(tree: ast.Module) -> dict[str, object]:
    """The constants that a module sets once, at its top."""
    values: dict[str, list[object]] = {}
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value))
            ):
                values.setdefault(name, []).append(value)
            case _:
                pass
    return {name: each[0] for name, each in values.items() if len(each) == 1}


def docstrings_of(tree: ast.Module) -> set[ast.AST]:
    """Texts that stand by themselves: they say something to a reader and nothing else."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def is_role(node: ast.AST | None, roles: frozenset[str]) -> bool:
    """Whether this is `roles.drafts`, of whatever object."""
    if not isinstance(node, ast.Attribute) or node.attr not in roles:
        return False
    return (name_of(node.value) or "").lstrip("_") == "roles"
