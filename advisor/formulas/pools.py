"""
Connection pools and queues: how often a pool dials, how large it must be, how long a request waits.

*busy* is always the mean number of requests in flight (rate times mean latency, by Little's law) of one pool, which is
one process or worker. *max_idle* is the number of idle connections the pool may keep. Arrivals are open (Poisson).
Figures said to be measured come from the project's own runs of Go 1.27 and nginx 1.22 on Linux 6.18.
"""

from __future__ import annotations

import math

from advisor.formulas.formula import formula

Z99 = 2.3263478740408408
"""The 99th percentile of the standard normal distribution."""


@formula("duration, duration -> duration", "log-normal through p50 and p99")
def lognormal_mean(p50: float, p99: float) -> float:
    """
    Return the mean latency of the log-normal distribution through a median and a 99th percentile.

    With s = ln(p99/p50) / 2.3263 the mean is p50 exp(s²/2). Against simulated latencies it is within 30 %, unless a
    slow group is far from 5 % of all requests (15 % slow: 42 % low; 0.5 % slow, which p99 cannot see: 49 % low).

    A log-normal with s above 2.3263 has a larger mean the smaller its median, which no latency has; from there on, at
    p99/p50 above 224, the mean is taken as p99/15. p99 below p50 counts as p50.

    Args:
        p50: Median, seconds.

        p99: 99th percentile, seconds.
    """
    p99 = max(p50, p99)
    if p99 == 0 or math.isinf(p99):
        return p99
    s = min(math.log(p99) - math.log(p50), Z99 * Z99) / Z99 if p50 > 0 else Z99
    return p99 * math.exp(s * s / 2 - s * Z99)


@formula("number, number -> number", "share of requests that dial: exp(-M²/10.5B) / (M + 1)")
def churn_share(max_idle: float, busy: float) -> float:
    """
    Return the share of requests that open a new connection, with one destination a pool.

    exp(-x²/10.5) / (max_idle + 1) with x = max_idle/sqrt(busy). The idle count walks at random over 0..max_idle with
    equal chances while busy is much larger, so a request finds it at 0 with chance 1/(max_idle + 1); where max_idle
    passes sqrt(busy) the share falls faster.

    Exponential latency. Measured on nginx with one server within 7 % for nine of ten points, 28 % at worst. Not for
    closed loops without think time, which dial far less, and not for fan-out in bursts, which dials
    max(0, burst - max_idle) a burst.

    Args:
        max_idle: Idle connections kept to this destination.

        busy: Mean requests in flight to it.
    """
    return _store_share(max_idle, 1.0, busy, 0.0, 0.0)


@formula("number, number -> number", "share of requests that dial: min(1, 1.39 exp(-M²/10.5B)) / (M + 1)")
def churn_share_constant(max_idle: float, busy: float) -> float:
    """
    Return what ``churn_share`` returns, for a latency that is always the same; it dials up to 1.39 times as often.

    Measured on Go within 12 % for max_idle up to 2.5 sqrt(busy), within a factor of 2 or so beyond.
    """
    return min(1.39 * churn_share(max_idle, busy), 1 / (max_idle + 1))


@formula("number, number, number -> number", "share of requests that dial, round robin over S servers")
def churn_share_round_robin(max_idle: float, busy: float, servers: float) -> float:
    """
    Return the share of requests that open a new connection, with one idle store over all servers and round robin.

    So does nginx's ``keepalive``. With N places, S servers, n = N/S, v = (B/S)(1 + 1/S)/2 and w = 1 - 1/S it is
    exp(-z^(1 - 0.17 w)) / (1 + n (1 + 0.9 w)), where z = (2 sqrt(S)/(1 + sqrt(S)) n)² / (v (10.5 - 1.2 w)). The
    constants of w are fitted to a simulation of the store; the form is ``churn_share`` for one server. Where
    busy/servers is 0.8 or more it was measured within 13 % for nine of ten points, 28 % at worst.

    With fewer places than servers a request finds a connection to its server with a chance of at most N/S, so the
    share is at least 1 - N/S, which is taken where it is larger. Below busy/servers = 0.8 the result is a lower
    estimate: the measured shares stood up to 1.6 times above it.

    Args:
        max_idle: Places in the idle store, of one worker.

        busy: Mean requests in flight, of one worker, over all servers.

        servers: Servers of the block; below 1 counts as 1.
    """
    s = max(servers, 1.0)
    variance = busy / s * (1 + 1 / s) / 2  # every S-th arrival comes here, about half as scattered as a random choice
    return max(_store_share(max_idle, s, variance, -1.2, 0.9), _no_place(max_idle, s))


@formula("number, number, number -> number", "share of requests that dial, random choice of S servers")
def churn_share_random(max_idle: float, busy: float, servers: float) -> float:
    """
    Return what ``churn_share_round_robin`` returns, for servers chosen at random, not in turn.

    Simulated within 15 % for nine of ten points, measured 6 to 9 % low at 10 servers; arguments and bounds are the
    same.
    """
    s = max(servers, 1.0)
    return max(_store_share(max_idle, s, busy / s, 1.1, 0.28), _no_place(max_idle, s))


def _store_share(max_idle: float, s: float, variance: float, spread: float, breadth: float) -> float:
    """Return the form that all three share; *variance* is of one server's busy connections."""
    if math.isinf(max_idle) or math.isinf(s):
        return 0.0 if math.isinf(max_idle) else 1.0
    w = 1 - 1 / s
    n = max_idle / s
    reach = 2 * n / (1 / math.sqrt(s) + 1)
    x = _ratio(reach, math.sqrt(variance * (10.5 + spread * w))) if reach > 0 else 0.0
    return math.exp(-(x ** (2 * (1 - 0.17 * w)))) / (1 + n * (1 + breadth * w)) if x < 1e9 else 0.0


def _no_place(max_idle: float, servers: float) -> float:
    return 0.0 if max_idle >= servers else 1 - max_idle / servers


@formula("number, number -> number", "share of requests that dial when a connection ends after K requests")
def churn_share_limited(share: float, requests: float) -> float:
    """
    Return the share of requests that open a connection where each connection also ends after a number of requests.

    p / (1 - (1 - p)^K), which is 1/K for p = 0. Measured on nginx within 15 %.

    Args:
        share: The share without that limit.

        requests: Requests a connection may carry; below 1 counts as 1.
    """
    p, k = min(share, 1.0), max(requests, 1.0)
    if p <= 0 or math.isinf(k):
        return p if math.isinf(k) else 1 / k
    return min(1.0, p / -math.expm1(k * math.log1p(-p))) if p < 1 else 1.0


@formula("rate, number, number, duration -> number", "share of requests that dial because idle connections time out")
def churn_share_expiry(rate: float, busy: float, servers: float, idle_timeout: float) -> float:
    """
    Return the share of requests that open a connection because the idle timeout closed some, with ample idle places.

    0.55 sqrt(B (S + 1)/2) / (rate T), 1 at most, under round robin and for busy/servers of 1 or more. Measured on nginx
    within 25 %; true values fall to half of it where the timeout is beyond 100 latencies.

    Args:
        rate: Requests per second of one worker.

        busy: Mean requests in flight of one worker.

        servers: Servers of the block; below 1 counts as 1.

        idle_timeout: Seconds.
    """
    # With one server's variance v = B/S (1 + 1/S)/2, S sqrt(v) is sqrt(B (S + 1)/2).
    above = 0.55 * math.sqrt(_times(busy, (max(servers, 1.0) + 1) / 2))
    return min(1.0, _ratio(above, _times(rate, idle_timeout)))


@formula("rate, duration, number -> number", "chance of fewer arrivals within the idle timeout than servers")
def churn_share_quiet(rate: float, idle_timeout: float, servers: float) -> float:
    """
    Return the share of requests that open a connection on a quiet block of servers.

    It is the chance that fewer requests than servers arrive within the idle timeout, so that round robin does not come
    back in time. Poisson arrivals, two servers or more, latency well below the time between two requests. Measured on
    nginx: 37 and 43 % where it gives 43 and 47 %.

    Args:
        rate: Requests per second of one worker.

        idle_timeout: Seconds.

        servers: Servers of the block.
    """
    mean, count = _times(rate, idle_timeout), _whole(servers)
    if math.isinf(mean) and math.isinf(count):
        return math.nan
    if math.isinf(mean) or count <= 0:
        return 0.0
    if count > 4 * mean + 1000:  # no chance of so many that a float could hold
        return 1.0
    if mean > 1e6:  # beyond, the sum is long and the normal distribution as good
        return 0.5 * math.erfc((mean - count + 0.5) / math.sqrt(mean) / math.sqrt(2))
    if mean == 0:
        return 1.0
    # Summed from the count away from the mean, so that the terms only shrink.
    upward = count > mean
    k = count if upward else count - 1
    term = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
    total = 0.0
    while term > total * 1e-16 and k >= 0:
        total += term
        term *= mean / (k + 1) if upward else k / mean
        k += 1 if upward else -1
    return min(1.0, max(0.0, 1 - total if upward else total))


@formula("number -> number", "max(8, 6 √B)")
def idle_pool_size(busy: float) -> float:
    """
    Return the idle connections that keep a pool to one destination from dialling: max(8, 6 sqrt(busy)), rounded up.

    Simulated reuse is 99.9 % or more with exponential latency. A fan-out in bursts needs the burst's size instead.

    Args:
        busy: Mean requests in flight.
    """
    return _whole(max(8.0, 6 * math.sqrt(busy)))


@formula("number, number, number -> number", "max(2S, k (1 + √S) √B)")
def idle_pool_size_servers(busy: float, servers: float, spread: float) -> float:
    """
    Return the places that keep one idle store over all servers from dialling.

    max(2 S, spread (1 + sqrt S) sqrt B), rounded up. Simulated for 1 to 40 servers and 1 to 144 busy: at most 0.2 % new
    connections, 0.75 % with one request in twenty fifty times slower. Measured on nginx: 0.03 to 0.25 %.

    Args:
        busy: Mean requests in flight of one worker.

        servers: Servers of the block, all of them; below 1 counts as 1.

        spread: 3 for round robin, 5 for a random or unknown choice.
    """
    s = max(servers, 1.0)
    return _whole(max(2 * s, _times(spread * (1 + math.sqrt(s)), math.sqrt(busy))))


@formula("number, number -> number", "Erlang C: chance to wait for a connection")
def erlang_c_wait_probability(connections: float, load: float) -> float:
    """
    Return the chance that a request has to wait for one of a limited number of connections (M/M/c).

    Poisson arrivals and exponential service; bursts are worse. By the Erlang B recursion, started ten deviations below
    the load, where its start is forgotten; a load above a million is taken by the limit of Halfin and Whitt.

    Args:
        connections: The limit; a fraction counts as the whole number below.

        load: Rate times mean time a connection is busy; at the limit or above it, all requests wait.
    """
    if load >= connections:
        return 1.0
    if load == 0 or math.isinf(connections):
        return 0.0
    c = math.floor(connections)
    if load >= c:
        return 1.0
    if load > 1e6:
        beta = (c - load) / math.sqrt(load)
        density = math.exp(-beta * beta / 2) / math.sqrt(2 * math.pi)
        return density / (density + beta * 0.5 * math.erfc(-beta / math.sqrt(2)))
    k = max(0, math.floor(load - 10 * math.sqrt(load) - 10))
    blocked = 1 - k / load
    while k < c and blocked > 1e-300:
        k += 1
        blocked = load * blocked / (k + load * blocked)
    return c * blocked / (c - load * (1 - blocked)) if k == c else 0.0


@formula("number, rate, duration -> duration", "Erlang C: mean wait for a connection")
def erlang_c_mean_wait(connections: float, rate: float, service_time: float) -> float:
    """
    Return the mean time in seconds that a request waits for one of a limited number of connections (M/M/c).

    Infinite where rate times service time reaches the limit. With constant service time it is about half of this.

    Args:
        connections: The limit.

        rate: Requests per second.

        service_time: Mean time a connection is busy, seconds.
    """
    load = _times(rate, service_time)
    if load >= connections:
        return math.inf if load > 0 else 0.0
    waiting = erlang_c_wait_probability(connections, load)
    if waiting == 0:
        return 0.0
    return math.inf if waiting == 1 else waiting * service_time / (math.floor(connections) - load)


def _times(a: float, b: float) -> float:
    """Return a product in which nothing of something unlimited is nothing: no arrivals make no load."""
    return 0.0 if a == 0 or b == 0 else a * b


def _ratio(above: float, below: float) -> float:
    if below == 0:
        return math.inf if above > 0 else math.nan
    return above / below


def _whole(x: float) -> float:
    return float(math.ceil(x)) if x < math.inf else x
