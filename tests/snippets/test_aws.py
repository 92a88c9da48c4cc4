"""The AWS CLI's own model of the API accepts the commands, and an HCL parser the Terraform attributes."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import Any

import botocore.session  # type: ignore[import-untyped]
import hcl2
import pytest
from botocore.validate import ParamValidator  # type: ignore[import-untyped]
from hypothesis import given

from advisor.snippets import snippets
from tests.snippets.plans import change, everything, output, target, text
from tests.snippets.test_servers import hostile
from tests.test_snippets import HOSTILE

_ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/checkout/50dc6c495c0c9188"


@pytest.fixture(scope="module")
def model() -> Any:
    return botocore.session.get_session().get_service_model("elbv2")


def _commands(source: str) -> list[list[str]]:
    """Return the words of each command, with the ARNs filled in; comments and shell built-ins left out."""
    lines = [line for line in source.split("\n") if line and not line.startswith(("#", "set ", ": "))]
    return [shlex.split(re.sub(r"\$[A-Z_]+", _ARN, line)) for line in lines]


def _checked(words: list[str], model: Any) -> dict[str, str]:
    """Return the attributes that a command sets, after the model of the API has accepted the call."""
    assert words[:2] == ["aws", "elbv2"]
    names = {re.sub("(?<!^)(?=[A-Z])", "-", name).lower(): name for name in model.operation_names}
    operation = model.operation_model(names[words[2]])
    members = {re.sub("(?<!^)(?=[A-Z])", "-", name).lower(): name for name in operation.input_shape.members}
    parameters: dict[str, Any] = {}
    for option, value in zip(words[3::2], words[4::2], strict=True):
        pairs = dict(part.split("=", 1) for part in value.split(",")) if option == "--attributes" else None
        parameters[members[option.removeprefix("--")]] = [pairs] if pairs else value
    report = ParamValidator().validate(parameters, operation.input_shape)
    assert not report.has_errors(), report.generate_report()
    documented = operation.input_shape.members["Attributes"].member.members["Key"].documentation
    found = {pair["Key"]: pair["Value"] for pair in parameters["Attributes"]}
    assert [key for key in found if f"<code>{key}</code>" not in documented] == []
    return found


def test_the_api_knows_every_attribute(model: Any) -> None:
    source = text(snippets(everything(output("{kind}-attributes.sh"))), "alb-attributes.sh")

    found = [_checked(words, model) for words in _commands(source)]

    assert found == [
        {"idle_timeout.timeout_seconds": "7"},
        {"client_keep_alive.seconds": "7"},
        {"routing.http2.enabled": "true"},
        {"preserve_client_ip.enabled": "true"},
        {"target_health_state.unhealthy.connection_termination.enabled": "true"},
        {"deregistration_delay.timeout_seconds": "7"},
        {"tcp.idle_timeout.seconds": "7"},
    ]


def test_the_undo_restores_what_stood_before(model: Any) -> None:
    changes = [change("idle_timeout.timeout_seconds", 65.0, "duration", now=60.0)]
    source = text(snippets(target("aws-alb", "callee", changes)), "alb-attributes.sh")

    undo = [line.removeprefix("# undo: ") for line in source.split("\n") if line.startswith("# undo: ")]

    assert [_checked(words, model) for words in _commands("\n".join(undo))] == [{"idle_timeout.timeout_seconds": "60"}]


@given(HOSTILE, HOSTILE)
def test_no_text_of_the_input_becomes_a_command(name: str, said: str) -> None:
    source = text(snippets(hostile(everything(output("{kind}-attributes.sh")), name, said)), "alb-attributes.sh")

    assert [words[:2] for words in _commands(source)] == [["aws", "elbv2"]] * 7
    assert subprocess.run(["sh", "-n"], input=source.encode(), check=False).returncode == 0


def _resources(source: str) -> dict[str, dict[str, object]]:
    found = hcl2.loads(source)["resource"]
    return {kind.strip('"'): next(iter(named.values())) for resource in found for kind, named in resource.items()}


def test_terraform_gets_the_same_attributes() -> None:
    found = _resources(text(snippets(everything(output("{kind}-attributes.tf"))), "alb-attributes.tf"))

    plain = {kind: {k: v for k, v in body.items() if not k.startswith("__")} for kind, body in found.items()}
    assert plain == {
        "aws_lb": {"idle_timeout": 7, "client_keep_alive": 7, "enable_http2": True},
        "aws_lb_target_group": {"deregistration_delay": 7, "preserve_client_ip": True},
        "aws_lb_listener": {"tcp_idle_timeout_seconds": 7},
    }


@given(HOSTILE, HOSTILE)
def test_no_text_of_the_input_becomes_an_attribute(name: str, said: str) -> None:
    source = text(snippets(hostile(everything(output("{kind}-attributes.tf")), name, said)), "alb-attributes.tf")

    assert sorted(_resources(source)) == ["aws_lb", "aws_lb_listener", "aws_lb_target_group"]
