"""
What the Linux kernel and retrying callers wait for.

Read from Linux 6.18 (``net/ipv4/tcp_timer.c``, ``tcp.c``, ``inet_connection_sock.c``) and measured there in private
network namespaces; measured times are up to 3 % longer than these, retransmission times end at the first timer after.
All results are seconds.
"""

from __future__ import annotations

import math

from advisor.formulas.formula import formula

RTO_MIN = 0.2
"""The kernel's base for the time data may stay unacknowledged, a constant."""

RTO_MAX = 120.0
"""The longest retransmission timeout, unless tcp_rto_max_ms says otherwise."""

TIME_WAIT = 60.0
"""How long the kernel keeps TIME_WAIT, a constant."""

SYN_RETRIES_MAX = 127
"""The largest value of the settings that count SYNs."""


@formula("number, duration -> duration", "doubling from 0.2 s, at most the largest RTO each")
def retries2_time(retries: float, rto_max: float) -> float:
    """
    Return the time after which unacknowledged data ends a connection, at the earliest.

    The kernel sums retransmission timeouts that double from 0.2 s, whatever the real RTO; the socket ends at its first
    timer after that, up to about twice as late.

    Args:
        retries: ``tcp_retries2``; 8 for an orphan with ``tcp_orphan_retries`` 0.

        rto_max: Largest RTO in seconds: ``tcp_rto_max_ms``, 120 where there is none.
    """
    # The kernel counts whole doublings below the cap, and the cap itself from there on.
    rto_max = max(rto_max, RTO_MIN)
    doublings = math.floor(math.log2(rto_max) - math.log2(RTO_MIN)) if rto_max < math.inf else math.inf
    n = _whole(retries)
    if n <= doublings:
        return (_power(2, n + 1) - 1) * RTO_MIN
    return (_power(2, doublings + 1) - 1) * RTO_MIN + (n - doublings) * rto_max


@formula("number, number -> duration", "time at which a SYN is sent again after that many were lost")
def syn_delay(drops: float, linear: float) -> float:
    """
    Return how much later a connection is made when its first SYNs are lost.

    1, 3, 7, 15 s without linear timeouts; 1, 2, 3, 4, 5, 7, 11 s with four.

    Args:
        drops: SYNs lost in a row.

        linear: The client's ``tcp_syn_linear_timeouts``: 4 since Linux 6.5, 0 before.
    """
    n, flat = _whole(drops), _whole(linear)
    if n <= flat + 1:
        return n
    return flat + _doubling(n - flat)


@formula("number, number -> duration", "time until connect() gives up", monotone=False)
def connect_time(syn_retries: float, linear: float) -> float:
    """
    Return how long connect() tries when nothing answers; the error is ETIMEDOUT.

    At each timer the kernel gives up if it has sent syn_retries + linear SYNs again, or if the time that syn_retries
    doublings take has passed. So 6 and 4 give 131 s, 6 and 0 give 127 s. More linear timeouts can make it shorter.

    Args:
        syn_retries: ``tcp_syn_retries`` or TCP_SYNCNT.

        linear: ``tcp_syn_linear_timeouts``: 4 since Linux 6.5, 0 before.
    """
    if syn_retries > SYN_RETRIES_MAX:
        return math.inf
    n, flat = _whole(syn_retries), min(_whole(linear), SYN_RETRIES_MAX)
    enough = _doubling(n + 1)
    timer = 1.0
    while timer < n + flat + 1 and syn_delay(timer, flat) < enough:
        timer += 1
    return syn_delay(timer, flat)


@formula("number -> duration", "1 s doubling, one wait more than retries")
def synack_time(retries: float) -> float:
    """
    Return how long a half-open connection stays in SYN_RECV when its client never answers.

    Shorter while the queue of half-open connections is more than half full.

    Args:
        retries: ``tcp_synack_retries``.
    """
    return _doubling(_whole(retries) + 1)


@formula("duration -> duration", "stay of an orphan in FIN_WAIT2", monotone=False)
def fin_wait2_time(fin_timeout: float) -> float:
    """
    Return how long an orphan stays in FIN_WAIT2 when its peer never closes.

    Up to 60 s it is the setting (never less than 3.5 RTO). Above, the kernel keeps a full socket for the time beyond
    60 s and then a small one for as long again, so 61 to 89 s are shorter than 60 s.

    Args:
        fin_timeout: ``tcp_fin_timeout`` or TCP_LINGER2, seconds.
    """
    return fin_timeout if fin_timeout <= TIME_WAIT else 2 * (fin_timeout - TIME_WAIT)


@formula("duration, duration, number -> duration", "time + interval * probes")
def keepalive_detection(time: float, interval: float, probes: float) -> float:
    """
    Return how long a vanished peer of an idle connection goes unnoticed with TCP keep-alive.

    With data in flight the retransmission time counts instead; with TCP_USER_TIMEOUT see
    ``keepalive_detection_user_timeout``.

    Args:
        time: TCP_KEEPIDLE or ``tcp_keepalive_time``, seconds.

        interval: Seconds between probes.

        probes: Probes without an answer that end the connection.
    """
    return time if interval == 0 or probes == 0 else time + interval * probes


@formula("duration, duration, duration -> duration", "first probe after TCP_USER_TIMEOUT", monotone=False)
def keepalive_detection_user_timeout(time: float, interval: float, user_timeout: float) -> float:
    """
    Return how long a vanished peer of an idle connection goes unnoticed with TCP keep-alive and TCP_USER_TIMEOUT.

    The number of probes does not count then: at each probe the kernel compares the idle time with the user timeout, and
    at least one probe must have been sent.

    Args:
        time: TCP_KEEPIDLE or ``tcp_keepalive_time``, seconds.

        interval: Seconds between probes.

        user_timeout: TCP_USER_TIMEOUT in seconds, above 0; never where it is not set, which gives never.
    """
    if math.isinf(time) or math.isinf(interval) or math.isinf(user_timeout):
        return math.inf
    if user_timeout <= time:
        return time + interval
    # Settings are whole milliseconds: what a division adds beyond is its own rounding.
    probes = round((user_timeout - time) / interval, 9) if interval > 0 else math.inf
    return time + interval * math.ceil(probes) if probes < math.inf else user_timeout


@formula("number, duration, number, duration -> duration", "sum of the waits between tries")
def backoff_total(attempts: float, first: float, factor: float, cap: float) -> float:
    """
    Return the time spent waiting between tries with capped exponential backoff, when all fail.

    Without jitter; full jitter waits half of it on average and this at most.

    Args:
        attempts: All tries, the first included.

        first: Wait before the second try, seconds.

        factor: By which each wait is longer than the one before.

        cap: Longest wait, seconds.
    """
    waits = max(0.0, _whole(attempts) - 1)
    first = min(first, cap)
    if waits == 0 or first == 0:
        return 0.0
    if waits == 1 or factor == 0:
        return first
    if math.isinf(first):
        return first
    if factor <= 1:
        return _geometric(first, factor, waits)
    # Waits below the cap grow; the others are the cap.
    growing = waits if math.isinf(cap) else math.ceil((math.log(cap) - math.log(first)) / math.log(factor))
    if math.isinf(factor):
        growing = 1
    if growing >= waits:
        return _geometric(first, factor, waits)
    return _geometric(first, factor, growing) + (waits - growing) * cap


@formula("number, duration, duration, number, duration -> duration", "tries * timeout + waits between them")
def request_worst_case(attempts: float, attempt_timeout: float, first: float, factor: float, cap: float) -> float:
    """
    Return the longest time a request with retries can take; the caller's deadline must not be shorter.

    Args:
        attempts: All tries, the first included; below 1 counts as 1.

        attempt_timeout: Limit of one try, seconds.

        first, factor, cap: The backoff, as in ``backoff_total``.
    """
    tries = max(1.0, _whole(attempts))
    return (tries * attempt_timeout if attempt_timeout else 0.0) + backoff_total(tries, first, factor, cap)


@formula("number, number -> number", "tries to the power of the layers that retry")
def retry_calls(retries: float, layers: float) -> float:
    """
    Return the calls that reach the deepest service for one request when all fail and each layer retries.

    Args:
        retries: Per layer, the first try not counted.

        layers: Layers that retry.
    """
    return _power(retries + 1, layers)


@formula("number, number -> number", "(1 - p^(r+1)) / (1 - p)")
def retry_load(failure: float, retries: float) -> float:
    """
    Return the mean calls per request when each try fails independently; a retry budget of 10 % caps it at 1.1.

    Args:
        failure: Share of tries that fail; above 1 counts as 1.

        retries: Tries beyond the first.
    """
    p = min(failure, 1.0)
    if p == 1:
        return retries + 1
    return -math.expm1((retries + 1) * math.log(p)) / (1 - p) if p > 0 else 1.0


def _doubling(waits: float) -> float:
    """Return the sum of that many waits that double from 1 s and stay at the largest RTO."""
    if waits <= 7:
        return _power(2, waits) - 1
    return 127 + (waits - 7) * RTO_MAX


def _geometric(first: float, factor: float, count: float) -> float:
    """Return the sum of *count* terms that start at *first* and grow or shrink by *factor*."""
    if count <= 1 or factor == 1:
        return first * count
    growth = count * math.log(factor)
    if growth < 30:
        return first * math.expm1(growth) / (factor - 1)
    total = math.log(first) + growth - math.log(factor - 1)
    return math.exp(total) if total < 709 else math.inf


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf


def _whole(x: float) -> float:
    return float(math.floor(x)) if x < math.inf else x

