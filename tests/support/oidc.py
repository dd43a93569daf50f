"""A small real OpenID provider on loopback, over verified TLS.

It keeps the rules that providers keep: PKCE with S256 only, codes that work once, refresh tokens
that rotate and end their grant when an old one comes back, device codes with `slow_down`. What a
provider may do wrong is set on `behaviour` and `faults`. All it ever gave out stands in `ledger`,
so that a test can search for leaks.

    with OidcProvider(Authority(folder)) as provider:
        tokens = provider.issue("robin@example.org")     # without any page
        oauth = provider.oauth(tokens=PasswordSource(PasswordKind.FILE, "/…/tokens"))

Over HTTPS at `issuer`: the discovery documents, /authorize, /token, /device, /activate, /revoke.
Both there and in plain HTTP at `plain_url`, for a mail server: /introspect and /tokeninfo.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

import httpx

from followupd.config import OAuth, PasswordKind, PasswordSource
from tests.support import oidc_pages as pages
from tests.support.oidc_ledger import Issued, Ledger, Request
from tests.support.oidc_memory import Behaviour, Denied, Memory, TokenPair
from tests.support.oidc_server import HTML, Answer, Fault, Faults, WebServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from tests.support.authority import Authority

__all__ = ["Behaviour", "Fault", "Issued", "Ledger", "OidcProvider", "Request", "TokenPair"]

CLIENT_ID: Final = "followupd-tests"
SCOPE: Final = "mail"
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"


class OidcProvider:
    """The provider; a context manager.

    Args:
        authority: signs the certificate; its `ca_file` is what a client has to trust.
        client_secret: what the token endpoint asks of clients; "" for a public client.

    Attributes:
        behaviour: how it keeps its tokens; may be changed at any time.
        faults: what goes wrong, by path, such as `/token`.
        ledger: all it gave out and all it was asked.
        memory: its tables: `revoke_everything`, `end_access_tokens`, `decide_device`.
        client_id: the only client it knows.
        ca_file: the authority's certificate.
    """

    def __init__(self, authority: Authority, *, client_secret: str = "") -> None:
        self.behaviour = Behaviour()
        self.faults = Faults()
        self.ledger = Ledger()
        self.memory = Memory(self.behaviour, self.ledger)
        self.client_id = CLIENT_ID
        self.client_secret = client_secret
        self.ca_file = authority.ca_file
        if client_secret:
            self.ledger.secrets.append((Issued.CLIENT_SECRET, client_secret))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pair = authority.localhost()
        context.load_cert_chain(pair.certificate, pair.key)
        self._context = context
        self._endpoints: dict[tuple[str, str], Callable[[dict[str, str], str], Answer]] = {
            ("GET", "/.well-known/openid-configuration"): self._discovery,
            ("GET", "/.well-known/oauth-authorization-server"): self._discovery,
            ("GET", "/authorize"): self._page,
            ("POST", "/authorize"): self._decision,
            ("POST", "/token"): self._token_request,
            ("POST", "/device"): self._device_request,
            ("GET", "/activate"): self._activation_page,
            ("POST", "/activate"): self._activated,
            ("POST", "/revoke"): self._revocation,
            ("GET", "/introspect"): self._introspection,
            ("POST", "/introspect"): self._introspection,
            ("GET", "/tokeninfo"): self._introspection,
        }
        self._servers: list[WebServer] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._servers = [
            WebServer(self.answer, self.ledger, self.faults, context)
            for context in (self._context, None)
        ]
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            for server in self._servers
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.faults.stopping.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    @property
    def issuer(self) -> str:
        """Its own name, an https address without a slash at the end."""
        return f"https://localhost:{self._servers[0].server_address[1]}"

    @property
    def plain_url(self) -> str:
        """Where a mail server on this machine asks, in plain HTTP."""
        return f"http://127.0.0.1:{self._servers[1].server_address[1]}"

    @property
    def tokeninfo_url(self) -> str:
        """For Dovecot's `tokeninfo_url`: the token is appended."""
        return f"{self.plain_url}/tokeninfo?access_token="

    @property
    def introspection_url(self) -> str:
        """For Dovecot's `introspection_url`, with `introspection_mode = auth` or `post`."""
        return f"{self.plain_url}/introspect"

    def issue(self, user: str, scope: str = SCOPE) -> TokenPair:
        """Tokens of a new grant of that user, without any page."""
        return self.memory.grant(user, scope)

    def oauth(self, tokens: PasswordSource, client_secret: PasswordSource | None = None) -> OAuth:
        """The configuration of an account that signs in here.

        Args:
            tokens: where they are kept.
            client_secret: where the secret is found, where this provider asks for one.
        """
        scopes = (SCOPE,)
        return OAuth(
            self.issuer, self.client_id, client_secret, tokens, scopes=scopes, ca_file=self.ca_file
        )

    def oauth_in_file(self, path: object) -> OAuth:
        """The configuration of an account whose tokens are kept in that file."""
        return self.oauth(PasswordSource(PasswordKind.FILE, str(path)))

    def visit(self, url: str, user: str, *, allow: bool = True, returns: bool = True) -> str:
        """Do what a person in front of a browser does at an authorisation page.

        Args:
            url: the page.
            user: whom they sign in as.
            allow: which button they press.
            returns: whether their browser reaches the loopback address it is sent to.

        Returns:
            The address where the browser ended up.
        """
        with httpx.Client(verify=self._trusting(), trust_env=False, timeout=60) as browser:
            page = browser.get(url)
            page.raise_for_status()
            fields = dict(parse_qsl(urlsplit(url).query))
            fields |= {"user": user, "decision": "allow" if allow else "deny"}
            answer = browser.post(f"{self.issuer}/authorize", data=fields)
            location = answer.headers["Location"]
            if returns:
                browser.get(location)
            return str(location)

    def activate(self, user_code: str, user: str, *, allow: bool = True) -> None:
        """Do what a person does at the page where a device's code is typed in."""
        fields = {"user_code": user_code, "user": user, "decision": "allow" if allow else "deny"}
        with httpx.Client(verify=self._trusting(), trust_env=False, timeout=60) as browser:
            browser.post(f"{self.issuer}/activate", data=fields).raise_for_status()

    def _trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.ca_file))

    def answer(self, method: str, path: str, fields: dict[str, str], authorization: str) -> Answer:
        """The truthful answer to a request."""
        found = self._endpoints.get((method, path))
        if found is None or path in self._switched_off():
            return _html(pages.notice("There is nothing here"), 404)
        try:
            return found(fields, authorization)
        except Denied as denied:
            said = {"error": denied.code, "error_description": "as asked"}
            return _json(said, denied.status)

    def _switched_off(self) -> frozenset[str]:
        here = {
            "/device": self.behaviour.has_device_endpoint,
            "/revoke": self.behaviour.has_revocation_endpoint,
        }
        return frozenset(path for path, is_here in here.items() if not is_here)

    def _discovery(self, fields: dict[str, str], authorization: str) -> Answer:
        return _json(self._metadata())

    def _token_request(self, fields: dict[str, str], authorization: str) -> Answer:
        self._check_client(fields, authorization)
        return _json(self._spoken(self._token(fields)))

    def _device_request(self, fields: dict[str, str], authorization: str) -> Answer:
        self._check_client(fields, authorization)
        return _json(self._device(fields))

    def _revocation(self, fields: dict[str, str], authorization: str) -> Answer:
        self._check_client(fields, authorization)
        self.memory.revoke(fields.get("token", ""))
        return Answer(200, b"")

    def _introspection(self, fields: dict[str, str], authorization: str) -> Answer:
        bearer = authorization.removeprefix("Bearer ")
        token = bearer or fields.get("token") or fields.get("access_token", "")
        return _json(self.memory.about(token))

    def _activation_page(self, fields: dict[str, str], authorization: str) -> Answer:
        return _html(pages.activation(fields.get("user_code", "")))

    def _metadata(self) -> dict[str, object]:
        found: dict[str, object] = {
            "issuer": self.behaviour.other_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "introspection_endpoint": f"{self.issuer}/introspect",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": [SCOPE, "offline_access"],
            "authorization_response_iss_parameter_supported": self.behaviour.sends_iss,
        }
        if self.behaviour.takes_secret is not None:
            found["token_endpoint_auth_methods_supported"] = self.behaviour.takes_secret
        if self.behaviour.has_device_endpoint:
            found["device_authorization_endpoint"] = f"{self.issuer}/device"
        if self.behaviour.has_revocation_endpoint:
            found["revocation_endpoint"] = f"{self.issuer}/revoke"
        return found

    def _page(self, fields: dict[str, str], authorization: str) -> Answer:
        wrong = self._wrong_with(fields)
        return _html(pages.notice(wrong), 400) if wrong else _html(pages.consent(fields))

    def _wrong_with(self, fields: dict[str, str]) -> str:
        redirect = urlsplit(fields.get("redirect_uri", ""))
        if fields.get("client_id") != self.client_id:
            return "Unknown client"
        if redirect.scheme != "http" or redirect.hostname not in ("127.0.0.1", "localhost"):
            return "This address to return to is not registered"
        if fields.get("response_type") != "code":
            return "Only codes are given out"
        if fields.get("code_challenge_method") != "S256" or not fields.get("code_challenge"):
            return "PKCE with S256 is needed"
        return ""

    def _decision(self, fields: dict[str, str], authorization: str) -> Answer:
        wrong = self._wrong_with(fields)
        if wrong:
            return _html(pages.notice(wrong), 400)
        back = {"state": fields["state"]} if "state" in fields else {}
        if self.behaviour.sends_iss:
            back["iss"] = self.issuer
        if fields.get("decision") == "allow" and fields.get("user"):
            scope, redirect = fields.get("scope", ""), fields["redirect_uri"]
            challenge = fields["code_challenge"]
            back["code"] = self.memory.code(fields["user"], scope, redirect, challenge)
        else:
            back["error"] = "access_denied"
        return Answer(302, b"", HTML, f"{fields['redirect_uri']}?{urlencode(back)}")

    def _check_client(self, fields: dict[str, str], authorization: str) -> None:
        named, secret = fields.get("client_id", ""), fields.get("client_secret", "")
        if authorization.startswith("Basic "):
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
            named, _, secret = (unquote_plus(part) for part in pair.partition(":"))
        if named != self.client_id or secret != self.client_secret:
            raise Denied("invalid_client", 401)

    def _token(self, fields: dict[str, str]) -> TokenPair:
        match fields.get("grant_type"):
            case "authorization_code":
                verifier = fields.get("code_verifier", "")
                redirect = fields.get("redirect_uri", "")
                return self.memory.exchange(fields.get("code", ""), redirect, verifier)
            case "refresh_token":
                return self.memory.refresh(fields.get("refresh_token", ""))
            case grant if grant == _DEVICE_GRANT:
                return self.memory.poll_device(fields.get("device_code", ""))
            case _:
                raise Denied("unsupported_grant_type")

    def _spoken(self, pair: TokenPair) -> dict[str, object]:
        said: dict[str, object] = {
            "access_token": pair.access,
            "token_type": "Bearer",
            "refresh_token": pair.refresh,
            "expires_in": pair.expires_in,
            "scope": pair.scope,
        }
        claimed = self.behaviour.says_expires_in
        if claimed is None:
            del said["expires_in"]
        elif claimed is not ...:
            said["expires_in"] = claimed
        return said

    def _device(self, fields: dict[str, str]) -> dict[str, object]:
        code, user_code = self.memory.start_device(fields.get("scope", ""))
        said: dict[str, object] = {
            "device_code": code,
            "user_code": user_code,
            "verification_uri": f"{self.issuer}/activate",
            "verification_uri_complete": f"{self.issuer}/activate?user_code={user_code}",
            "expires_in": self.behaviour.device_seconds,
        }
        if self.behaviour.device_interval is not None:
            said["interval"] = self.behaviour.device_interval
        return said

    def _activated(self, fields: dict[str, str], authorization: str) -> Answer:
        allow = fields.get("decision") == "allow" and bool(fields.get("user"))
        code, user = fields.get("user_code", ""), fields.get("user", "")
        if self.memory.decide_device(code, user, allow=allow):
            return _html(pages.notice("Go back to your device"))
        return _html(pages.notice("There is no such code"), 400)


def _json(value: Mapping[str, object], status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


def _html(page: str, status: int = 200) -> Answer:
    return Answer(status, page.encode(), HTML)
