"""Sizes of the kernel's tables, windows and buffers, read from Linux 6.18 and measured there."""

from __future__ import annotations

import math

from advisor.formulas.formula import formula

PAGE = 4096.0


@formula("number -> number", "next power of two")
def pow2_at_least(x: float) -> float:
    """Return the smallest power of two that is not below *x*; 1 for 1 and below."""
    if x <= 1 or math.isinf(x):
        return max(1.0, x)
    mantissa, exponent = math.frexp(x)
    if mantissa == 0.5:
        return x
    return math.ldexp(1.0, exponent) if exponent < 1024 else math.inf


@formula("size -> number", "low mark of tcp_mem: 3/4 of the pressure mark")
def tcp_mem_low(memory: float) -> float:
    """Return the default of ``tcp_mem[0]`` in pages, for *memory* bytes of low memory (4.7 % of it)."""
    pressure = tcp_mem_pressure(memory)
    return math.floor(pressure / 4) * 3.0 if pressure < math.inf else pressure


@formula("size -> number", "pressure mark of tcp_mem: 1/16 of memory")
def tcp_mem_pressure(memory: float) -> float:
    """Return the default of ``tcp_mem[1]`` in pages, for *memory* bytes of low memory (6.25 % of it, 128 at least)."""
    pages = memory / PAGE / 16
    return max(float(math.floor(pages)), 128.0) if pages < math.inf else pages


@formula("size -> number", "limit of tcp_mem: twice the low mark")
def tcp_mem_limit(memory: float) -> float:
    """Return the default of ``tcp_mem[2]`` in pages, for *memory* bytes of low memory (9.4 % of it)."""
    return 2 * tcp_mem_low(memory)


@formula("number -> number", "share of a receive buffer that is window, before Linux 6.6", monotone=False)
def window_share_old(adv_win_scale: float) -> float:
    """
    Return the share of a receive buffer that becomes window before Linux 6.6: 1 - 2^-s for positive s, else 2^s.

    Since 6.6 the setting has no effect; 0.61 to 0.62 was measured there with packets of 1500 bytes, 0.5 is safe.

    Args:
        adv_win_scale: ``tcp_adv_win_scale``, -31 to 31.
    """
    share = math.pow(2, -abs(adv_win_scale))
    return 1 - share if adv_win_scale > 0 else share


@formula("size, size -> number", "window scale of a SYN")
def window_scale(tcp_rmem_max: float, rmem_max: float) -> float:
    """
    Return the window scale a socket offers: the shift that fits its largest possible window into 16 bits.

    Set once, in the SYN: raising ``tcp_rmem`` later does not help open connections.

    Args:
        tcp_rmem_max: ``tcp_rmem[2]``, bytes.

        rmem_max: ``net.core.rmem_max``, bytes.
    """
    space = max(tcp_rmem_max, rmem_max)
    if math.isinf(space):
        return 14.0
    return float(min(14, max(0, math.frexp(space)[1] - 16)))


@formula("size, number, size -> number", "round trips of slow start")
def slow_start_rounds(size: float, initial_window: float, mss: float) -> float:
    """
    Return the round trips in which slow start sends a burst: the smallest n with initial_window (2^n - 1) mss >= size.

    Also after a pause longer than one RTO with ``tcp_slow_start_after_idle`` 1, though not with BBR. No loss, no limit
    by the receiver.

    Args:
        size: Bytes to send.

        initial_window: Segments; 10 on Linux.

        mss: Bytes of a segment; 1448 with timestamps on Ethernet.
    """
    if size == 0:
        return 0.0
    if initial_window == 0 or mss == 0:
        return math.inf
    windows = size / initial_window / mss
    if math.isinf(windows) or math.isnan(windows):
        return windows
    mantissa, exponent = math.frexp(windows + 1)
    return max(1.0, exponent - 1.0 if mantissa == 0.5 else float(exponent))
