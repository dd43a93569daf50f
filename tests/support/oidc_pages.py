"""The pages of the test provider, plain HTML that a real browser fills in."""

from __future__ import annotations

from html import escape

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>{content}</body></html>
"""


def consent(fields: dict[str, str]) -> str:
    """Who are you, and may this program read your mail; the request travels along."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    hint = escape(fields.get("login_hint", ""))
    asked = escape(fields.get("scope", ""))
    return _page(
        "Sign in",
        f'<form method="post" action="/authorize">{hidden}'
        f'<p>{escape(fields.get("client_id", ""))} asks for: <span id="scope">{asked}</span></p>'
        f'<label>User name <input name="user" id="user" value="{hint}"></label>{_BUTTONS}</form>',
    )


def activation(user_code: str = "") -> str:
    """Where the code of a device is typed in."""
    return _page(
        "Connect a device",
        '<form method="post" action="/activate">'
        f'<label>Code <input name="user_code" id="user_code" value="{escape(user_code)}"></label>'
        f'<label>User name <input name="user" id="user"></label>{_BUTTONS}</form>',
    )


def notice(text: str) -> str:
    """One sentence."""
    return _page(text, "")


_BUTTONS = (
    '<button name="decision" value="allow" id="allow">Allow</button>'
    '<button name="decision" value="deny" id="deny">Deny</button>'
)


def _page(title: str, content: str) -> str:
    return _PAGE.format(title=escape(title), content=content)
