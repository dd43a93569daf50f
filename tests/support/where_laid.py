"""Reads source, and tells whether something is appended or moved where it must not be.

What lies in the approval folder is sent, so nobody but the user lays something into it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.support.source import (
    Breach,
    argument_of,
    assigned,
    called,
    constants_of,
    functions_of,
    is_role,
    known_as,
    name_of,
    own_nodes,
    place_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.source import Function

FOLDERS = frozenset({"drafts", "sent", "trash"})
"""The roles of folders into which something may be laid."""

CONSTANTS = frozenset({"INBOX", "Drafts", "Sent", "Trash"})
"""The same by name: the folder of the digest, and those of the demo's own server."""

_LAYING = {"append": 0, "multiappend": 0, "move": 1, "copy": 1}
"""Methods of a connection that lay a message into a folder, and which argument names it."""

_FEWEST = 2
"""Arguments of such a call, by which it is told from a list's `append`."""

_RAW = frozenset({"_simple_command", "_command", "uid", "raw_command", "_command_and_check"})
_RAW_LAYING = frozenset({"APPEND", "MULTIAPPEND", "COPY", "MOVE", "RENAME", "CREATE"})


def laid_elsewhere(trees: Mapping[str, ast.Module]) -> Iterator[Breach]:
    """Whatever is laid into a folder that is not known to be another than the approval folder.

    Who passes on a folder that was given to it lays into it as well, so its callers are looked at
    in turn, until each folder is a role, or a name, that may be written to.
    """
    calls = [
        (module, function, node)
        for module, tree in trees.items()
        for function in functions_of(tree)
        for node in own_nodes(function)
        if isinstance(node, ast.Call) and len(node.args) + len(node.keywords) >= _FEWEST
    ]
    laying = defaultdict(set, {name: {(at, "folder", "")} for name, at in _LAYING.items()})
    found: set[Breach] = set()
    before = 0
    while before < (now := sum(map(len, laying.values()))):
        before = now
        for module, function, call in calls:
            for at, parameter, home in sorted(laying.get(called(call) or "", ())):
                if home not in ("", module) or _is_no_mailbox(call, function):
                    continue
                folder = _folder(argument_of(call, parameter, at), function, trees[module])
                given = place_of(folder, function)
                if given is not None:
                    private = module if function.name.startswith("_") else ""
                    laying[function.name].add((*given, private))
                elif not _may_be_laid_into(folder, trees[module]):
                    where = ast.unparse(folder) if folder is not None else "what is not told"
                    found.add(Breach(module, call.lineno, f"{called(call)} into {where}"))
    yield from found
    for module, tree in trees.items():
        yield from _raw(module, tree)


def _properties(tree: ast.Module) -> dict[str, ast.expr | None]:
    """What a module's properties return that do nothing else; None where two are called alike."""
    values: dict[str, ast.expr | None] = {}
    for function in functions_of(tree):
        is_property = any(name_of(each) == "property" for each in function.decorator_list)
        last = function.body[-1]
        if is_property and isinstance(last, ast.Return):
            values[function.name] = None if function.name in values else last.value
    return values


def _is_no_mailbox(call: ast.Call, function: Function) -> bool:
    """Whether it is appended to the store, or to a text for the screen."""
    of = call.func.value if isinstance(call.func, ast.Attribute) else None
    return name_of(of) == "transaction" or called(known_as(of, assigned(function))) == "Text"


def _folder(given: ast.expr | None, function: Function, tree: ast.Module) -> ast.expr | None:
    """What a folder is, behind local names and properties; None where nobody can tell."""
    folder = known_as(given, assigned(function))
    match folder:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return _properties(tree).get(name, folder)
        case _:
            return folder


def _may_be_laid_into(folder: ast.expr | None, tree: ast.Module) -> bool:
    match folder:
        case ast.Constant(value=value):
            return value in CONSTANTS
        case ast.Name(id="INBOX"):
            return True
        case ast.Name(id=name):
            return constants_of(tree).get(name) in CONSTANTS
        case _:
            return is_role(folder, FOLDERS)


def _raw(module: str, tree: ast.Module) -> Iterator[Breach]:
    """Commands that are not sent by a method above."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in _RAW:
            for each in node.args:
                if isinstance(each, ast.Constant) and str(each.value).upper() in _RAW_LAYING:
                    yield Breach(module, node.lineno, f"a raw {each.value!r} is sent")
