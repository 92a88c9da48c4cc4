"""A plan sets only what the version has: a setting's ``since`` in its profile."""

from __future__ import annotations

import pytest

from tests.strategies import plans

PINGS = """\
workload: {rate: 10/s}
path:
  - {name: web, stack: go@VERSION}
  - {stack: aws-nat-gateway}
  - {name: api, stack: go@1.26.9, link: {tls: server}}
"""

POOL = """\
path:
  - {name: shop, stack: hikaricp@VERSION, instances: 4}
  - {stack: firewall, settings: {middlebox.idle_timeout: 5m}}
  - {name: db, stack: tcp-server}
"""


def planned(document: str) -> set[str]:
    """Return the names of the settings that the plan of *document* sets."""
    (found,) = plans(document)
    return {c.target.setting.name for c in found.plan.changes if c.target.setting}


@pytest.mark.parametrize(("document", "setting", "older", "first"), [
    (PINGS, "Transport.HTTP2Config.SendPingTimeout", "1.23", "1.24"),
    (POOL, "keepaliveTime", "3.4.5", "4.0.1"),
], ids=["go", "hikaricp"])  # fmt: skip
def test_a_setting_is_planned_for_versions_that_have_it(document: str, setting: str, older: str, first: str) -> None:
    assert setting in planned(document.replace("VERSION", first))
    assert setting not in planned(document.replace("VERSION", older))


def test_a_version_that_nobody_named_may_have_it() -> None:
    assert "Transport.HTTP2Config.SendPingTimeout" in planned(PINGS.replace("@VERSION", ""))
