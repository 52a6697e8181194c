"""The files of the deployment: each is what its own tool takes, and they agree with the program and with each other."""

import configparser
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from flask_chatbot.console.broadcasts.pages import UPLOAD_LIMIT
from flask_chatbot.settings.lookup import FILE
from flask_chatbot.settings.settings import settings_fields
from flask_chatbot.transports.cloud.transport import BODY_LIMIT
from flask_chatbot.transports.registry import options
from flask_chatbot.worker.worker import DRAIN
from tests.deploying.processes import DEPLOY, procfile, tool

SERVICES = ["chatbot-migrate.service", "chatbot-worker.service", "chatbot.service"]
CONSTANTS = re.compile(r"(\w+) = (\d+)$", re.MULTILINE)


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def compose() -> Any:
    return yaml.safe_load(text_of("compose.yaml"))


def seconds(written: str) -> int:
    """A length of time of compose or systemd, which are all written in seconds here."""
    return int(written.removesuffix("s"))


def run(*command: str) -> tuple[int, str]:
    """The exit code of a command, and what it prints."""
    outcome = subprocess.run(command, cwd=DEPLOY, capture_output=True, encoding="utf-8", timeout=120, check=False)
    return outcome.returncode, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("file", sorted(path.name for path in DEPLOY.iterdir() if path.is_file()))
def test_every_setting_in_a_file_is_one_that_exists(file: str) -> None:
    known = {*(each.metadata["key"] for each in settings_fields()), *(option.key for option in options())}
    named = {name.removesuffix(FILE) for name in re.findall(r"CHATBOT_\w+", text_of(file))}
    assert named - known == set()


@pytest.mark.parametrize("file", ["compose.yaml", "compose.celery.yaml"])
def test_the_compose_file_is_one_by_the_specification(file: str) -> None:
    check_jsonschema = pytest.importorskip("check_jsonschema")
    from click.testing import CliRunner

    outcome = CliRunner().invoke(check_jsonschema.main, ["--builtin-schema", "vendor.compose-spec", str(DEPLOY / file)])
    assert (outcome.exit_code, outcome.output) == (0, "ok -- validation done\n")


@pytest.mark.process
def test_docker_compose_takes_the_compose_file() -> None:
    docker = tool("docker")
    if run(docker, "compose", "version")[0] != 0:
        pytest.skip("docker has no compose plugin")
    assert run(docker, "compose", "--file", "compose.yaml", "config", "--quiet") == (0, "")
    assert run(docker, "compose", "--file", "compose.yaml", "--file", "compose.celery.yaml", "config", "--quiet") == (0, "")


def test_every_secret_and_volume_that_a_service_names_is_declared() -> None:
    read = compose()
    secrets, volumes, files = set(), set(), set()
    for service in read["services"].values():
        secrets |= set(service.get("secrets", ()))
        volumes |= {each.split(":")[0] for each in service.get("volumes", ()) if not each.startswith("/")}
        files |= {Path(value).name for name, value in service.get("environment", {}).items() if name.endswith(FILE)}
    assert (secrets, volumes, files) == (set(read["secrets"]), set(read["volumes"]), set(read["secrets"]))


def test_the_second_compose_file_adds_to_services_of_the_first_and_declares_what_it_names() -> None:
    read = yaml.safe_load(text_of("compose.celery.yaml"))
    added = read["services"]
    assert set(added) - set(compose()["services"]) == {"rabbitmq"}
    assert {name for service in added.values() for name in service.get("secrets", ())} == set(read["secrets"])
    files = {value for service in added.values() for name, value in service.get("environment", {}).items() if name.endswith(FILE)}
    assert {Path(value).name for value in files} == set(read["secrets"])


def test_web_and_worker_begin_once_the_tables_are_those_of_their_version() -> None:
    services = compose()["services"]
    waiting = {name: service["depends_on"] for name, service in services.items() if "migrate" in service.get("depends_on", {})}
    assert services["migrate"]["command"] == procfile()["release"][0][:1] + procfile()["release"][0][3:]
    assert waiting == {name: {"migrate": {"condition": "service_completed_successfully"}} for name in ("web", "worker")}


def test_whoever_stops_a_process_gives_it_more_time_than_it_takes() -> None:
    gunicorn = {name: int(value) for name, value in CONSTANTS.findall(text_of("gunicorn.conf.py"))}["graceful_timeout"]
    services = compose()["services"]
    stopped_by_docker = [seconds(services[name]["stop_grace_period"]) for name in ("web", "worker")]
    stopped_by_systemd = [seconds(service(name)["TimeoutStopSec"]) for name in ("chatbot.service", "chatbot-worker.service")]
    for web, worker in (stopped_by_docker, stopped_by_systemd):
        assert web >= gunicorn + 10
        assert worker >= DRAIN + 10


def test_the_dockerfile_copies_what_is_there_and_starts_what_the_procfile_does() -> None:
    lines = text_of("Dockerfile").splitlines()
    copied = [name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]]
    assert [name for name in copied if name != "flask_chatbot" and not (DEPLOY / name).is_file()] == []
    assert yaml.safe_load(lines[-1].removeprefix("CMD ")) == procfile()["web"][0]
    assert compose()["services"]["web"]["command"] == procfile()["web"][0]


@pytest.mark.process
def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    assert run(tool("hadolint"), "--no-color", "Dockerfile") == (0, "")


def service(name: str) -> configparser.SectionProxy:
    """The part of a unit that is about its process."""
    file = configparser.RawConfigParser(strict=False)
    file.read(DEPLOY / name, "utf-8")
    return file["Service"]


def test_the_units_start_what_the_procfile_does() -> None:
    started = {name: service(name)["ExecStart"].removeprefix("/srv/chatbot/.venv/bin/").split() for name in SERVICES}
    commands = {name: [word for word in command if word not in ("--app", "wsgi")] for name, (command, _) in procfile().items()}
    assert started == dict(zip(SERVICES, (commands["release"], commands["worker"], commands["web"]), strict=True))
    assert service("chatbot.service")["ExecStartPre"].endswith("flask chatbot check rules.yaml")


@pytest.mark.process
def test_systemd_finds_nothing_in_the_units(tmp_path: Path) -> None:
    here = str(Path(sys.executable).parent)
    for name in SERVICES:
        (tmp_path / name).write_text(text_of(name).replace("/srv/chatbot/.venv/bin", here), "utf-8")
    said = run(tool("systemd-analyze"), "verify", "--man=no", *(str(tmp_path / name) for name in SERVICES))
    assert said == (0, "")


@pytest.mark.process
@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_may_do_little_beside_its_work(name: str) -> None:
    code, said = run(tool("systemd-analyze"), "security", "--offline=yes", "--threshold=20", str(DEPLOY / name))
    assert code == 0, said


def test_nginx_lets_through_all_that_the_program_takes() -> None:
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", text_of("nginx.conf"))
    assert int(megabytes) * 1024 * 1024 > max(BODY_LIMIT, UPLOAD_LIMIT)


def test_both_upstreams_of_nginx_differ_in_the_address_alone() -> None:
    inline = compose()["configs"]["upstream"]["content"]
    assert inline.replace("web:8000", "127.0.0.1:8000") == text_of("nginx-upstream.conf")
