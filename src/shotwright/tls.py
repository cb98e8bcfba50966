"""A local certificate authority, so that `fal_client` can be pointed here by its environment alone.

The authority and a certificate for localhost live in the data folder; `bundle.pem` holds the public authorities as well,
because `SSL_CERT_FILE` replaces them. Source: fal-wire 1.3-A.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import certifi
import trustme

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("localhost", "127.0.0.1", "::1", "fal.run", "queue.fal.run", "rest.fal.ai", "v3.fal.media")
VALID_DAYS = 825


@dataclass(frozen=True)
class CertificateFiles:
    """Where the pieces lie."""

    authority: Path
    certificate: Path
    key: Path
    bundle: Path


def certificate_files(data: Path) -> CertificateFiles:
    """Paths in the data folder; the files may not be there yet."""
    folder = data / "tls"
    return CertificateFiles(folder / "ca.pem", folder / "server.pem", folder / "server.key", folder / "bundle.pem")


def ensure_certificate(data: Path) -> CertificateFiles:
    """Make authority and certificate where they are missing or close to their end."""
    files = certificate_files(data)
    fresh_after = datetime.now(UTC).timestamp() - (VALID_DAYS - 30) * 86_400
    if all(
        path.exists() and path.stat().st_mtime > fresh_after for path in (files.certificate, files.key, files.bundle)
    ):
        return files
    folder = files.authority.parent
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    until = datetime.now(UTC) + timedelta(days=VALID_DAYS)
    authority = trustme.CA(organization_name="Shotwright", organization_unit_name="local authority of this server")
    issued = authority.issue_cert(*NAMES, not_after=until)
    files.key.touch(mode=0o600)
    issued.private_key_pem.write_to_path(files.key)
    with files.certificate.open("wb") as file:
        for blob in issued.cert_chain_pems:
            file.write(blob.bytes())
    authority.cert_pem.write_to_path(files.authority)
    with files.bundle.open("wb") as file:
        file.write(_public_authorities())
        file.write(authority.cert_pem.bytes())
    return files


def _public_authorities() -> bytes:
    from pathlib import Path

    return Path(certifi.where()).read_bytes() + b"\n"
