"""Quantities are read, shown and rounded to figures a person writes."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.units import (
    UNITS,
    nice_down,
    nice_up,
    parse,
    parse_date,
    parse_flag,
    parse_quantity,
    parse_version,
    show,
    version_key,
)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("10us", "duration", 1e-5),
        ("90ms", "duration", 0.09),
        ("1.5h", "duration", 5400.0),
        ("35 ms", "duration", 0.035),
        ("never", "duration", math.inf),
        ("0", "duration", 0.0),
        ("24KiB", "size", 24576.0),
        ("1MB", "size", 1e6),
        ("240/min", "rate", 4.0),
        ("1Gbit/s", "bandwidth", 1.25e8),
        ("0.023%", "share", 0.00023),
        ("0.1", "share", 0.1),
        ("150%", "share", 1.5),
        ("65536", "count", 65536.0),
        ("unlimited", "count", math.inf),
        ("1.5", "ratio", 1.5),
    ],
)
def test_quantities_are_read_in_base_units(text: str, kind: str, expected: float) -> None:
    """A value with its unit is read in seconds, bytes or per second."""
    assert parse_quantity(text, kind) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        ("2400/sec", "rate", 'rate "2400/sec" has an unknown unit; write 2400/s (also: /min, /h)'),
        ("2400", "rate", 'rate "2400" has no unit; write 2400/s (also: /min, /h)'),
        ("5min", "duration", 'duration "5min" has an unknown unit; write 5m (also: s, us, ms, h, d)'),
        ("1m30s", "duration", 'duration "1m30s" has several units; write 90s'),
        ("-5s", "duration", "duration is negative (-5s); write 5s if that is meant"),
        ("unlimited", "duration", 'duration "unlimited" is not a duration; write never for no limit'),
        ("64KB", "size", 'size "64KB" has an unknown unit; write 64KiB (also: MiB, B, GiB)'),
        ("10Gbps", "bandwidth", 'bandwidth "10Gbps" has an unknown unit; write 10Gbit/s (also: Mbit/s, bit/s, kbit/s)'),
        ("80", "share", 'share "80" has no unit; write 80%'),
        ("1.5", "count", 'count "1.5" is not a whole number; write 2'),
        ("5/s", "count", 'count "5/s" has a unit, and a count has none; write 5'),
        ("yes", "count", "count: yes is text in YAML 1.2, not a number; write a count, such as 65536"),
        ("", "size", 'size "" is not a size; write one such as 2MiB'),
    ],
)
def test_what_is_no_quantity_is_explained(text: str, kind: str, sentence: str) -> None:
    """A refusal says what is wrong and what to write."""
    with pytest.raises(ValueError, match=re.escape(sentence) + "$"):
        parse_quantity(text, kind)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (0.0448, "duration", "44.8ms"),
        (0.04484, "duration", "44.8ms"),
        (60, "duration", "60s"),
        (65, "duration", "65s"),
        (90, "duration", "90s"),
        (1.234, "duration", "1234ms"),
        (7200, "duration", "2h"),
        (4000, "duration", "4000s"),
        (12345.6, "duration", "3.43h"),
        (math.inf, "duration", "never"),
        (math.inf, "count", "unlimited"),
        (25165824, "size", "24MiB"),
        (1500, "size", "1500B"),
        (1e6, "size", "1MB"),
        (130.5, "rate", "131/s"),
        (1566.4, "rate", "1566/s"),
        (0.4, "rate", "0.4/s"),
        (2400, "rate", "2400/s"),
        (0.326, "share", "33%"),
        (0.125, "share", "12.5%"),
        (0.9995, "share", "99.95%"),
        (0.00023, "share", "0.023%"),
        (1.25e8, "bandwidth", "1Gbit/s"),
        (28232, "count", "28232"),
        (1e-9, "ratio", "0.000000001"),
        (True, "flag", "true"),
        ("6.10", "version", "6.10"),
    ],
)
def test_values_are_shown_as_a_person_writes_them(value: float | bool | str, kind: str, expected: str) -> None:
    """Three digits at most, and stated round values exactly."""
    assert expected == show(value, kind)


@given(st.floats(1e-6, 1e9), st.sampled_from(sorted(set(UNITS) - {"count", "share"})))
def test_what_is_shown_is_read_again(value: float, kind: str) -> None:
    """Showing rounds to half a percent and no further, and its text is read as the same kind."""
    if kind in ("size", "bandwidth"):
        value += 1  # below a byte there is no unit

    assert parse_quantity(show(value, kind), kind) == pytest.approx(value, rel=0.0051)


@given(st.integers(0, 10**15))
def test_counts_are_shown_exactly(value: int) -> None:
    """A count is never rounded."""
    assert parse_quantity(show(float(value), "count"), "count") == value


@given(st.floats(1e-5, 1))
def test_shares_are_shown_to_two_digits(value: float) -> None:
    """A share is read again within its two digits, and is not shown as all unless it is."""
    text = show(value, "share")

    assert parse_quantity(text, "share") == pytest.approx(value, rel=0.051)
    assert value == 1 or text != "100%" or value > 1 - 1e-12


@given(st.text(max_size=30), st.sampled_from([*UNITS, "flag", "date", "version"]))
def test_any_text_is_read_or_explained(text: str, kind: str) -> None:
    """No text makes anything but a value or one printable sentence."""
    said = ""
    try:
        parse(text, kind)
    except ValueError as error:
        said = str(error)

    assert said.isprintable()
    assert not said or ";" in said


KINDS = st.sampled_from(["duration", "rate", "bandwidth", "size", "count", "ratio", "pow2"])


@given(st.floats(1e-9, 1e15), KINDS)
def test_nice_figures_enclose(x: float, kind: str) -> None:
    """nice_down(x) <= x <= nice_up(x), and both are their own nice figures."""
    down, up = nice_down(x, kind), nice_up(x, kind)

    assert down <= x <= up
    assert (down, up) == (nice_up(down, kind), nice_down(up, kind))
    assert down == 0 or up <= 2 * down


@given(st.floats(0, 1e15), st.floats(0, 1e15), KINDS)
def test_nice_figures_are_monotone(x: float, y: float, kind: str) -> None:
    """More asked for is never less written."""
    low, high = sorted((x, y))

    assert nice_up(low, kind) <= nice_up(high, kind)
    assert nice_down(low, kind) <= nice_down(high, kind)


def test_nice_figures_by_kind() -> None:
    """Counts are whole, sizes binary, and nothing is infinite that was not."""
    assert [nice_up(x, "count") for x in (0.3, 11, 26)] == [1.0, 12.0, 30.0]
    assert [nice_down(x, "count") for x in (0.3, 11, 26)] == [0.0, 10.0, 25.0]
    assert nice_up(17 * 2**20, "size") == 24 * 2**20
    assert nice_up(2049, "pow2") == 4096
    assert math.inf == nice_up(math.inf, "duration") == nice_down(math.inf, "count")


def test_versions_are_ordered_by_parts() -> None:
    """1.27 is later than 1.3, 6.10 is not 6.1, and 18 is 18.0."""
    assert version_key("1.27") > version_key("1.3")
    assert version_key("6.10") > version_key("6.1")
    assert version_key("18") == version_key("18.0")
    assert version_key("v1.22rc1") == (1, 22)
    assert version_key("8u392") == (8, 392)
    with pytest.raises(ValueError, match="no number to compare by"):
        version_key("latest")


def test_flags_dates_and_versions() -> None:
    """Flags are true or false only, dates are days of the calendar, versions are text."""
    assert [parse_flag("true"), parse_flag("False")] == [True, False]
    with pytest.raises(ValueError, match=r"^keep: yes is text in YAML 1\.2, not true or false; write true$"):
        parse_flag("yes", "keep")
    assert parse_date("2028-02-29") == "2028-02-29"
    for text in ("2027-02-29", "20270131", "31.1.2027", "2027-13-01"):
        with pytest.raises(ValueError, match="year-month-day"):
            parse_date(text)
    assert parse_version("6.10") == "6.10"
    with pytest.raises(ValueError, match="is not a version"):
        parse_version("1 2")
