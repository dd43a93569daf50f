"""Secrets: where they come from, where they are stored, what fits this machine.

The configuration names the source; this package asks it, at the moment the secret is needed. It
promises that neither a secret nor anything a source printed gets into an error, a log or a
`repr`.
"""

from followupd.secrets.keeping import store_in_keyring
from followupd.secrets.secret import Secret
from followupd.secrets.sources import keyring_service, password

__all__ = [
    "Secret",
    "keyring_service",
    "password",
    "store_in_keyring",
]
