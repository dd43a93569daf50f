"""Certificates that no authority signed: those of programs on one's own machine, and bad ones."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.authority import KeyPair

if TYPE_CHECKING:
    from pathlib import Path


def self_signed(
    folder: Path,
    *names: str,
    begins: timedelta = timedelta(days=-1),
    ends: timedelta = timedelta(days=7),
    is_authority: bool = True,
) -> KeyPair:
    """A certificate that is signed by itself; with `is_authority` it looks like Proton Bridge's.

    Args:
        folder: where to put it.
        names: hosts and addresses that it is for.
        begins: from when on it is valid, counted from now.
        ends: until when.
        is_authority: whether it says that it may sign others.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    alternatives = [_name(each) for each in names]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    stem = folder / uuid.uuid4().hex
    pair = KeyPair(stem.with_suffix(".pem"), stem.with_suffix(".key"))
    pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pair.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    pair.key.chmod(0o600)
    return pair


def ends_at(pair: KeyPair) -> datetime:
    """Until when a certificate is valid, UTC."""
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes()).not_valid_after_utc


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)
