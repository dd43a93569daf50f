"""Reads source, and tells on which ways a message could leave that are not the two there are.

Whatever reaches SMTP has to come by `outbox.send_approved` or `outbox.send_to_self`. The first one
takes an `Approved`, which is made in one place, of what lies in the approval folder; and nothing
that followupd appends or moves may go there. Each rule names the only modules that may do what it
is about. What cannot be told from the source is a breach as well: a check that guesses is none.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.support.source import (
    Breach,
    Function,
    argument_of,
    assigned,
    called,
    docstrings_of,
    functions_of,
    is_role,
    known_as,
    name_of,
    own_nodes,
    parameters_of,
    place_of,
)
from tests.support.where_laid import laid_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NOBODY = frozenset[str]()

MODULES = {
    "aiosmtplib": {"smtp_connecting.py", "smtp.py", "outbox.py"},
    "smtplib": NOBODY,
    "aiosmtpd": NOBODY,
    "socket": {
        "reaching.py",
        "cli/checks/lookup.py",  # asks for addresses, and connects to nothing
        "mailbox/wire.py",
        "mailbox/connection.py",
        "oauth/loopback.py",  # wakes whoever waits for the browser
        "oauth/web.py",  # closes a connection of httpx's that takes too long
        "service/systemd.py",
        "demo/mailprogram.py",
    },
    "_socket": NOBODY,
    "socketserver": NOBODY,
    "telnetlib": NOBODY,
    "httpx": {"oauth/web.py", "providers/documents.py"},
    "dns": {"providers/lookup.py"},
    "requests": NOBODY,
    "apprise": {"messenger.py"},
    "subprocess": {"secrets/sources.py", "service_unit/manager.py"},
    "pty": NOBODY,
    "ctypes": NOBODY,
}
"""Modules by which mail could leave this machine, and who may import them."""

OURS = {
    "connected_to": {"smtp_connecting.py", "smtp.py"},
    "signed_in": {"smtp.py", "outbox.py"},
    "send_approved": {"outbox.py", "service/sending.py"},
    "send_to_self": {"outbox.py", "service/digest_ways.py"},
    "Approved": {"outbox.py", "service/approving.py", "service/sending.py"},
    "read_approved": {"service/approving.py", "service/sending.py", "service/filing.py"},
}
"""Our own functions on the way to SMTP, and who may so much as name them."""

CALLS = {
    "send_approved": {"service/sending.py"},
    "send_to_self": {"service/digest_ways.py"},
    "Approved": {"service/approving.py"},
    "execute_data_command": NOBODY,
    "sendmail": NOBODY,
    "send_message": NOBODY,
    "create_connection": {"mailbox/wire.py"},
    "open_connection": NOBODY,
    "create_subprocess_exec": NOBODY,
    "create_subprocess_shell": NOBODY,
    "subprocess_exec": NOBODY,
    "subprocess_shell": NOBODY,
    "system": NOBODY,
    "popen": NOBODY,
    "posix_spawn": NOBODY,
    "posix_spawnp": NOBODY,
    "rename_folder": NOBODY,
    "eval": NOBODY,
    "exec": NOBODY,
}
"""Calls that hand a message over, or hide that, and who may make them."""

HANDING_OVER = {
    "mail": {"send_to_self"},
    "rcpt": {"send_to_self"},
    "data": {"_handed_over"},
    "execute_command": {"_introduced", "_shown"},
}
"""In which functions the server is told of a message, or shown a token; nobody else has a
connection to it."""

_CONNECTED = ("smtp_connecting.py", "smtp.py", "outbox.py")
_CONNECTED_MODULES = ("followupd.smtp", "followupd.outbox")
_CONNECTED_WHOLE = (*_CONNECTED_MODULES, "followupd.smtp_connecting")
_TELLING = ("sendmail", "send_message", "smtplib", "aiosmtplib")

UNKNOWN_IMPORTS = {"cli/entry.py"}
"""Who may import a module whose name is worked out: the table of commands."""


def read_sources(package: Path) -> dict[str, str]:
    """Every module of a package by its path below it."""
    return {
        path.relative_to(package).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(package.rglob("*.py"))
    }


def breaches(sources: Mapping[str, str]) -> list[Breach]:
    """All that is wrong in the source of one package, by module and line."""
    trees = {module: ast.parse(source) for module, source in sources.items()}
    found = {
        breach
        for module, tree in trees.items()
        for rule in (_imports, _hidden_names, _calls, _handed_around, _proofs)
        for breach in rule(module, tree)
    }
    found |= set(laid_elsewhere(trees))
    return sorted(found, key=lambda breach: (breach.module, breach.line, breach.what))


# ---- who may import, name and call what


def _imports(module: str, tree: ast.Module) -> Iterator[Breach]:
    for node in ast.walk(tree):
        origin, names = _imported(node)
        for name in (origin, *names):
            root = name.partition(".")[0]
            is_module = origin in ("", name)
            if is_module and root in MODULES and module not in MODULES[root]:
                yield Breach(module, _line(node), f"{root} is imported")
        for name in names:
            whole = f"{origin}.{name}" if origin else name
            if whole in _CONNECTED_WHOLE or name == "*":
                yield Breach(module, _line(node), f"{whole} is imported as a whole")
            if origin in _CONNECTED_WHOLE and name.startswith("_"):
                yield Breach(module, _line(node), f"{name} is imported")
        is_call = called(node) in ("import_module", "__import__")
        if is_call and not names and module not in UNKNOWN_IMPORTS:
            yield Breach(module, _line(node), "nobody can tell which module is imported")


def _imported(node: ast.AST) -> tuple[str, list[str]]:
    """From which module a statement or a call imports, "" for none, and what."""
    match node:
        case ast.Import(names=names):
            return "", [alias.name for alias in names]
        case ast.ImportFrom(module=origin, names=names):
            return origin or "followupd", [alias.name for alias in names]
        case ast.Call(args=[ast.Constant(value=str(name)), *_]) if called(node) in (
            "import_module",
            "__import__",
        ):
            return "", [name]
        case _:
            return "", []


def _hidden_names(module: str, tree: ast.Module) -> Iterator[Breach]:
    """Our own ways out are not named elsewhere, nor by another name, nor as text."""
    said = docstrings_of(tree) | (_exported(tree) if module in _CONNECTED else set())
    for node in ast.walk(tree):
        name = name_of(node)
        if name in OURS and module not in OURS[name]:
            yield Breach(module, _line(node), f"{name} is named")
        match node:
            case ast.alias(name=name, asname=str()) if name in OURS:
                yield Breach(module, _line(node), f"{name} gets another name")
            case ast.Constant(value=str(text)) if node not in said:
                if text in {*OURS, *_TELLING} or text.startswith(_CONNECTED_MODULES):
                    yield Breach(module, _line(node), f"{text} is named in a text")
            case _:
                pass


def _calls(module: str, tree: ast.Module) -> Iterator[Breach]:
    within = {
        node: function.name for function in functions_of(tree) for node in own_nodes(function)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or (name := called(node)) is None:
            continue
        if name in CALLS and module not in CALLS[name]:
            yield Breach(module, _line(node), f"{name} is called")
        where = within.get(node, "") if module in _CONNECTED else module
        if module in _CONNECTED and where not in HANDING_OVER.get(name, {where}):
            yield Breach(module, _line(node), f"{name} is called in {where}")
        if _is_os(node) and name.startswith(("exec", "spawn", "fork")):
            yield Breach(module, _line(node), f"os.{name} is called")


def _handed_around(module: str, tree: ast.Module) -> Iterator[Breach]:
    """A way out is imported and called, but not given to anybody as a value."""
    calls = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        is_value = isinstance(node, ast.Name | ast.Attribute) and node not in calls
        if is_value and name_of(node) in (
            "send_approved",
            "send_to_self",
            "signed_in",
            "connected_to",
        ):
            yield Breach(module, _line(node), f"{name_of(node)} is handed around")


# ---- an `Approved` is what was read in the approval folder, as it was read there


def _proofs(module: str, tree: ast.Module) -> Iterator[Breach]:
    readers = _readers(tree)
    is_sender = module != "outbox.py" and any(
        called(node) == "send_approved" for node in ast.walk(tree)
    )
    for function in functions_of(tree):
        for node in own_nodes(function):
            if not isinstance(node, ast.Call):
                continue
            if _is_forged(node, function, readers):
                yield Breach(module, _line(node), "an Approved is made of another one")
            if called(node) == "Approved" and not _is_folder_read(node, function):
                yield Breach(module, _line(node), "another folder was read than is claimed")
            if called(node) == "send_approved" and is_sender:
                given = known_as(argument_of(node, "approved", 2), assigned(function))
                if called(given) not in readers:
                    yield Breach(module, _line(node), "what is sent was not read back")
    if is_sender:
        yield from _read_elsewhere(module, tree)


def _readers(tree: ast.Module) -> set[str]:
    """What reads a draft back: `read_approved`, and what returns nothing else, or None."""
    readers = {"read_approved"}
    for function in functions_of(tree):
        returned = [
            node.value
            for node in own_nodes(function)
            if isinstance(node, ast.Return) and not _is_none(node.value)
        ]
        if returned and all(called(value) in readers for value in returned):
            readers.add(function.name)
    return readers


def _read_elsewhere(module: str, tree: ast.Module) -> Iterator[Breach]:
    """Where a draft is read back from another folder than that of approval, or nobody can tell."""
    reading = {"read_approved": (1, "folder")}
    before = 0
    while before < len(reading):
        before = len(reading)
        for function in functions_of(tree):
            for node in own_nodes(function):
                if not isinstance(node, ast.Call) or (name := called(node)) not in reading:
                    continue
                place, parameter = reading[name]
                folder = known_as(argument_of(node, parameter, place), assigned(function))
                given = place_of(folder, function)
                if given is not None:
                    reading[function.name] = given
                elif not is_role(folder, frozenset({"approval"})):
                    yield Breach(module, _line(node), "it is not read in the approval folder")


def _is_forged(call: ast.Call, function: Function, readers: set[str]) -> bool:
    """Whether a call makes another `Approved` out of one, or changes it."""
    if called(call) not in ("replace", "copy", "deepcopy", "__setattr__", "__replace__", "setattr"):
        return False
    of = [*call.args[:1], *([call.func.value] if isinstance(call.func, ast.Attribute) else [])]
    return any(name_of(each) in _held_in(function, readers | {"Approved"}) for each in of)


def _held_in(function: Function, makers: set[str]) -> set[str]:
    """The names of a function that hold an `Approved`."""
    made = {name for name, value in assigned(function).items() if called(value) in makers}
    given = {
        each.arg
        for each in parameters_of(function)
        if each.annotation is not None and "Approved" in ast.unparse(each.annotation)
    }
    return made | given


def _is_folder_read(call: ast.Call, function: Function) -> bool:
    """Whether the folder that is claimed is the caller's, and the only one that is opened."""
    folder = argument_of(call, "folder", 1)
    if not isinstance(folder, ast.Name) or folder.id in assigned(function):
        return False
    opened = [
        ast.dump(node.args[0])
        for node in own_nodes(function)
        if isinstance(node, ast.Call) and called(node) in ("examine", "select") and node.args
    ]
    return opened == [ast.dump(folder)]


# ---- reading


def _exported(tree: ast.Module) -> set[ast.AST]:
    """What stands in `__all__`."""
    return {
        each
        for node in tree.body
        if isinstance(node, ast.Assign) and name_of(node.targets[0]) == "__all__"
        for each in ast.walk(node.value)
    }


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _is_os(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and name_of(node.func.value) == "os"


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))
