"""Which addresses are files of this server. Imports nothing heavy: the API process asks too."""

from __future__ import annotations

from shotwright.files.store import FILE_PATH
from shotwright.media.address import BadAddress, parse_address


def own_file(url: str, own_hosts: frozenset[str]) -> str | None:
    """The id of a file of this server, when the address is one of ours."""
    try:
        address = parse_address(url)
    except BadAddress:
        return None
    match = FILE_PATH.search(address.path) if address.netloc in own_hosts else None
    return match.group("id") if match else None
