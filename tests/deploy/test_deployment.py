"""What is in `deploy/`: the chart, the Dockerfile, the units, and the topology of compose.yaml, with the same programs started by hand"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from shotwright.settings import Settings
from tests.running import STANDARD, RunningServer, eventually, start

TOOLS = os.environ.get("SHOTWRIGHT_DEPLOY_TOOLS", "")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not TOOLS, reason="`make test-deploy` runs these")]
ROOT = Path(__file__).parents[2]
DEPLOY, CHART = ROOT / "deploy", ROOT / "deploy/helm/shotwright"
CHOSEN = ("database.url=postgresql://a:b@db/shots", "files.url=s3://bucket/shots", "keys.value=first")
QUEUE = f"/queue/{STANDARD}reference-to-video"


def tool(name: str, *arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    program = str(Path(TOOLS).resolve() / name)
    return subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, **options
    )


def chart(*values: str) -> list[dict[str, Any]]:
    chosen = [part for value in (*CHOSEN, *values) for part in ("--set", value)]
    done = tool("helm", "template", "demo", CHART, *chosen)
    assert done.returncode == 0, done.stderr
    return [item for item in yaml.safe_load_all(done.stdout) if item]


def test_the_chart_is_what_kubernetes_takes(tmp_path: Path) -> None:
    assert tool("helm", "lint", "--strict", CHART, *[p for v in CHOSEN for p in ("--set", v)]).returncode == 0
    for number, values in enumerate([(), ("ingress.enabled=true", "ingress.tlsSecret=cert"), ("worker.replicas=0", "podDisruptionBudget.enabled=false")]):  # fmt: skip
        file = tmp_path / f"{number}.yaml"
        file.write_text(yaml.safe_dump_all(chart(*values)))
        done = tool("kubernetes-validate", "--strict", file)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_chart_runs_apis_and_workers_with_the_secrets_they_need() -> None:
    items = {(item["kind"], item["metadata"]["name"]): item for item in chart("settings.SHOTWRIGHT_WORKERS=3")}
    pods = {name: items["Deployment", f"demo-shotwright-{name}"]["spec"]["template"] for name in ("api", "worker")}
    assert pods["api"]["spec"]["containers"][0]["args"] == ["serve", "--workers", "0"]
    assert pods["worker"]["spec"]["containers"][0]["args"] == ["worker"]
    for pod in pods.values():
        named = [next(iter(source.values()))["name"] for source in pod["spec"]["containers"][0]["envFrom"]]
        assert {name for kind, name in items if kind in {"Secret", "ConfigMap"}} == set(named)
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    service = items["Service", "demo-shotwright"]["spec"]["selector"]
    assert service.items() <= pods["api"]["metadata"]["labels"].items()
    assert not service.items() <= pods["worker"]["metadata"]["labels"].items()
    assert items["ConfigMap", "demo-shotwright"]["data"]["SHOTWRIGHT_WORKERS"] == "3"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (("database.url=",), "PostgreSQL"), (("files.url=",), "files.url"), (("keys.value=",), "keys.value"), (("files.url=/folder",), "pattern"),
        (("api.replicas=-1",), "replicas"), (("apis.replicas=1",), "apis"),
    ],
)  # fmt: skip
def test_the_chart_says_what_is_missing(values: tuple[str, ...], says: str) -> None:
    chosen = [part for value in (*CHOSEN, *values) for part in ("--set", value)]
    done = tool("helm", "template", "demo", CHART, *chosen)
    assert done.returncode != 0
    assert says in done.stderr


def test_the_dockerfile_is_clean_and_copies_what_is_there() -> None:
    done = tool("hadolint", DEPLOY / "Dockerfile")
    assert done.returncode == 0, done.stdout
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert [name for name in sent if not (ROOT / name).exists()] == []
    wanted = re.findall(r'"((?:src|docs|scripts|tests)[^"*]*)"', (ROOT / "pyproject.toml").read_text())
    assert {name.split("/")[0] for name in wanted} <= {name.split("/")[0] for name in sent}


def test_compose_names_what_there_is() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    known = {f"SHOTWRIGHT_{name.upper()}" for name in Settings.model_fields} | {"DATABASE_URL", "FILES_URL"}
    for name, service in services.items():
        assert {"image", "build"} & service.keys(), name
        for other, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in services[other] or other == "api", (
                f"{name} waits for {other}, which is never healthy"
            )
        volumes = {volume.split(":")[0] for volume in service["volumes"] if ":" in volume and volume[0] not in "./"}
        assert volumes <= compose["volumes"].keys()
    for name in ("api", "worker"):
        own = {key for key in services[name]["environment"] if not key.startswith("AWS_")}
        assert own <= known
    text = (DEPLOY / "shotwright.env.example").read_text()
    example = set(re.findall(r"^(?:# )?(SHOTWRIGHT_\w+)=", text, re.MULTILINE))
    assert example - {"SHOTWRIGHT_SITE"} <= os_names()


def os_names() -> set[str]:
    """Every variable of the settings' page."""
    return set(re.findall(r"`(SHOTWRIGHT_\w+)`", (ROOT / "docs/settings.md").read_text()))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_units_are_what_systemd_takes(tmp_path: Path) -> None:
    for unit in (DEPLOY / "systemd").glob("*.service"):
        text = unit.read_text().replace("/opt/shotwright/bin/shotwright", shutil.which("true") or "/bin/true")
        text = re.sub(r"^(User|Group)=.*\n", "", text, flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text)
        done = subprocess.run(
            ["systemd-analyze", "verify", str(tmp_path / unit.name)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_the_snippet_is_what_nginx_takes(tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{shots}.key", "-out", f"{shots}.pem", "-days", "2", "-subj", "/CN=shots.example.com"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    text = (DEPLOY / "nginx/shotwright.conf").read_text().replace("/etc/ssl/shots.example.com", str(shots))
    (tmp_path / "site.conf").write_text(text)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\naccess_log off;\ninclude {tmp_path}/site.conf;\n}}\n"
    )
    done = subprocess.run(
        ["nginx", "-t", "-e", f"{tmp_path}/errors", "-c", f"{tmp_path}/nginx.conf"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def free_port() -> int:
    """A port that nobody has, and the one ten thousand above it: the store's programs take both."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as taken, socket.socket() as above, contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", port))
            above.bind(("127.0.0.1", port + 10_000))
            return port
    raise OSError("There is no free port.")


@dataclass
class Store:
    """An S3-compatible store on this machine."""

    endpoint: str
    process: subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The store of compose.yaml, with its bucket."""
    folder, ports = tmp_path_factory.mktemp("store"), [free_port() for _ in range(4)]
    master, volume, filer, s3 = ports
    (folder / "s3.json").write_text(json.dumps({"identities": [{"name": "shotwright", "credentials": [{"accessKey": "shotwright", "secretKey": "secret"}], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}))  # fmt: skip
    weed = str(Path(TOOLS).resolve() / "weed")
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-master.port={master}", f"-volume.port={volume}", "-volume.max=0", f"-filer.port={filer}", "-s3", f"-s3.port={s3}", f"-s3.config={folder}/s3.json", "-s3.port.iceberg=0", "-s3.port.lance=0"],
        stdout=log, stderr=log, cwd=folder,
    )  # fmt: skip
    log.close()

    def has_bucket() -> bool:
        made = tool(
            "weed", "shell", f"-master=127.0.0.1:{master}", f"-filer=127.0.0.1:{filer}",
            input="s3.bucket.create -name shotwright\ns3.bucket.list\n",
        )  # fmt: skip
        return bool(re.search(r"^\s+shotwright\b", made.stdout, re.MULTILINE))

    try:
        eventually(has_bucket, 60)
        yield Store(f"http://127.0.0.1:{s3}", process)
    finally:
        process.kill()  # it takes long to say good-bye to itself
        process.wait(20)


@dataclass
class Site:
    """A whole deployment: one API, two workers, the store, the proxy."""

    url: str
    http: httpx.Client
    api: RunningServer
    workers: list[RunningServer]


@pytest.fixture(scope="module")
def site(store: Store, data_folder: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, data = tmp_path_factory.mktemp("proxy"), data_folder()
    env = {
        "FILES_URL": "s3://shotwright/files", "AWS_ENDPOINT_URL": store.endpoint, "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "shotwright", "AWS_SECRET_ACCESS_KEY": "secret", "SHOTWRIGHT_KEYS": "studio",
    }  # fmt: skip
    api = start(data, "--workers", "0", env=env)
    workers = [start(data, command="worker", env=env) for _ in range(2)]
    port, plain = free_port(), free_port()
    place = {**os.environ, "SHOTWRIGHT_SITE": f"https://localhost:{port}", "SHOTWRIGHT_API": api.url.removeprefix("http://"), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}  # fmt: skip
    adapted = json.loads(tool("caddy", "adapt", "--config", DEPLOY / "Caddyfile", env=place).stdout)
    adapted["admin"] = {"disabled": True, "config": {"persist": False}}
    adapted["apps"]["http"]["http_port"] = plain
    (folder / "caddy.json").write_text(json.dumps(adapted))
    log = (folder / "log").open("w")
    proxy = subprocess.Popen(
        [str(Path(TOOLS).resolve() / "caddy"), "run", "--config", str(folder / "caddy.json")], env=place, stdout=log, stderr=log
    )  # fmt: skip
    log.close()
    root = folder / "caddy/pki/authorities/local/root.crt"
    try:
        eventually(root.exists, 30)
        trust = ssl.create_default_context(cafile=str(root))
        with httpx.Client(base_url=f"https://localhost:{port}", verify=trust, headers={"Authorization": "Key studio"}, timeout=60) as http:  # fmt: skip
            eventually(lambda: answers(http), 30)
            yield Site(f"https://localhost:{port}", http, api, workers)
    finally:
        proxy.terminate()
        proxy.wait(20)
        for server in (*workers, api):
            server.stop()


def answers(http: httpx.Client) -> bool:
    try:
        return http.get("/health").status_code == 200
    except httpx.HTTPError:
        return False


def submit(site: Site, **more: str) -> str:
    answer = site.http.post(QUEUE, json={"prompt": "A fox", "duration": "3"}, headers=more)
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["request_id"]
    return found


def state(site: Site, request_id: str) -> str:
    found: str = site.http.get(f"/requests/{request_id}").json()["state"]
    return found


def test_a_clip_comes_through_the_proxy_from_the_store(site: Site) -> None:
    request_id = submit(site)
    eventually(lambda: state(site, request_id) == "succeeded", 60)
    address = site.http.get(f"/queue/fal-ai/kling-video/requests/{request_id}").json()["video"]["url"]
    assert address.startswith(f"{site.url}/files/")
    clip = site.http.get(address)
    assert clip.content[4:8] == b"ftyp"
    part = site.http.get(address, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    kept = (
        [path for path in (site.api.data / "files").rglob("*") if path.is_file()]
        if (site.api.data / "files").exists()
        else []
    )
    assert kept == []


def test_uploads_go_through_to_the_store(site: Site) -> None:
    started = site.http.post(
        "/rest/storage/upload/initiate", json={"content_type": "video/mp4", "file_name": "a.mp4"}
    ).json()
    data = os.urandom(3_000_000)
    assert started["upload_url"].startswith(site.url)
    assert site.http.put(started["upload_url"], content=data, headers={"Content-Type": "video/mp4"}).status_code == 200
    assert site.http.get(started["file_url"]).content == data


def test_streams_are_not_held_back(site: Site) -> None:
    request_id = submit(site, **{"X-Shotwright-Priority": "low"})
    with site.http.stream("GET", f"/queue/fal-ai/kling-video/requests/{request_id}/status/stream") as stream:
        lines = ((time.monotonic(), line) for line in stream.iter_lines() if line.startswith("data:"))
        arrived = [(at, json.loads(line[5:])["status"]) for at, line in lines]
    assert arrived[-1][1] == "COMPLETED"
    assert len({at for at, _ in arrived}) > 1


def test_both_workers_render_and_a_dead_one_loses_nothing(site: Site) -> None:
    requests = [submit(site) for _ in range(8)]
    site.workers[0].process.kill()
    eventually(lambda: all(state(site, request_id) == "succeeded" for request_id in requests), 120)


def test_who_has_no_key_is_refused_behind_the_proxy_too(site: Site) -> None:
    assert site.http.post(QUEUE, json={"prompt": "A fox"}, headers={"Authorization": "Key nobody"}).status_code == 401
