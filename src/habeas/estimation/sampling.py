"""One Markov chain of the Bayesian latent class model, compiled by numba.

The model is that of Manrique-Vallier (2016, Biometrics 72:1246), with the priors of R LCMCR:
a person is in class k with probability pi_k and then on list j with probability lambda_jk,
independently; lambda_jk ~ Beta(1, 1); pi is a stick-breaking process of K sticks,
V_k ~ Beta(1, alpha), alpha ~ Gamma(a, b); p(N) is proportional to 1/N.

Two kernels with the same target alternate.

*Augmented* (the published Gibbs sampler, a multinomial a cell): given (pi, lambda), draw the
unobserved count and the classes of everybody; given those, draw alpha, pi, lambda.

*Collapsed*: with the unobserved count, the classes and alpha summed out, the target is
prior(pi, lambda) * prod_m (p_m / (1 - rho))**c_m, smooth in logit coordinates: Hamiltonian
Monte Carlo moves along the ridge (few, rarely listed people - many) on which the first
kernel creeps. Swaps of any two classes let labels move.

Nothing is cut. With alpha small, log(1 - V) is of the order of -1/alpha: under Gamma(0.25, 0.25)
a sixth of the prior lies beyond exp(-600), so sticks are held and moved as logit V, which has
room to 1e300, and weights that are 0 in floating point are 0 only where they are multiplied.
What the arithmetic cannot hold (``MOST_UNOBSERVED``, ``_REACH``) is counted, never moved to an
edge, and a single such sweep refuses the estimate.

Invariants: ``sticks`` holds logit V, shape (K-1,); ``odds`` holds logit lambda, shape
(J, K); the unobserved count is a negative binomial draw given both; nothing here depends on
anything but its arguments and the generator.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

_compiled: Any = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})

#: No draw above this: beyond it the samplers of whole numbers lose digits.
MOST_UNOBSERVED = 10**12
_REACH = 650.0  # sum over lists of |logit lambda|: beyond it products of chances leave the doubles
_SWAPS = 2  # tried a sweep
_LOG_ALPHA = 4.0  # width of the slice; the prior of log alpha has a tail of that scale


@_compiled
def _cells(sticks, odds, members, offsets, weights, bases, ratios, joint):  # type: ignore[no-untyped-def]
    """Fill pi, the all-zero terms, the odds and the joint p_mk; give (1 - rho, log(1 - V) sum)."""
    lists, classes = odds.shape
    cells = offsets.shape[0] - 1
    left = 1.0
    log_left = 0.0
    for k in range(classes - 1):
        v = sticks[k]
        if v > 0.0:
            e = math.exp(-v)
            weights[k] = left / (1.0 + e)
            left *= e / (1.0 + e)
            log_left -= v + math.log1p(e)
        else:
            e = math.exp(v)
            weights[k] = left * e / (1.0 + e)
            left /= 1.0 + e
            log_left -= math.log1p(e)
    weights[classes - 1] = left
    for k in range(classes):
        bases[k] = 1.0
    for j in range(lists):
        for k in range(classes):
            e = math.exp(odds[j, k])
            ratios[j, k] = e
            bases[k] /= 1.0 + e
    seen = 0.0
    for k in range(classes):
        missed = bases[k]
        if missed > 0.5:  # 1 - prod(1 - lambda) without losing its digits
            log_missed = 0.0
            for j in range(lists):
                log_missed -= math.log1p(ratios[j, k])
            seen -= weights[k] * math.expm1(log_missed)
        else:
            seen += weights[k] * (1.0 - missed)
        bases[k] = weights[k] * missed
    for m in range(cells):
        for k in range(classes):
            joint[m, k] = bases[k]
        for at in range(offsets[m], offsets[m + 1]):
            j = members[at]
            for k in range(classes):
                joint[m, k] *= ratios[j, k]
    return seen, log_left


@_compiled
def log_target(  # type: ignore[no-untyped-def]
    sticks, odds, counts, members, offsets, a, b, g_sticks, g_odds, space
):
    """The collapsed log density in logit coordinates, and its gradient into ``g_*``."""
    lists, classes = odds.shape
    cells = counts.shape[0]
    weights = space[0]
    bases = space[1]
    sizes = space[2]
    ratios = space[3 : 3 + lists]
    joint = space[3 + lists : 3 + lists + cells]
    seen, log_left = _cells(sticks, odds, members, offsets, weights, bases, ratios, joint)
    total = 0.0
    for m in range(cells):
        total += counts[m]
    if not seen > 0.0:
        return -np.inf
    value = -total * math.log(seen)
    for k in range(classes):
        sizes[k] = total * bases[k] / seen
    for j in range(lists):
        for k in range(classes):
            g_odds[j, k] = 0.0
    for m in range(cells):
        p = 0.0
        for k in range(classes):
            p += joint[m, k]
        if not (p > 0.0 and p < np.inf):
            return -np.inf
        value += counts[m] * math.log(p)
        scale = counts[m] / p
        for k in range(classes):
            joint[m, k] *= scale
            sizes[k] += joint[m, k]
        for at in range(offsets[m], offsets[m + 1]):
            j = members[at]
            for k in range(classes):
                g_odds[j, k] += joint[m, k]
    for j in range(lists):
        for k in range(classes):
            ratio = ratios[j, k]
            chance = ratio / (1.0 + ratio)
            g_odds[j, k] = g_odds[j, k] - sizes[k] * chance + 1.0 - 2.0 * chance
            value += odds[j, k] - 2.0 * math.log1p(ratio)
    shape = a + classes - 1.0
    value -= shape * math.log(b - log_left)
    alpha = shape / (b - log_left)
    after = sizes[classes - 1]
    for k in range(classes - 2, -1, -1):
        v = sticks[k]
        share = 1.0 / (1.0 + math.exp(-v))
        g_sticks[k] = sizes[k] * (1.0 - share) - after * share
        g_sticks[k] += (1.0 - share) - alpha * share
        value += -math.log1p(math.exp(-v)) if v > -30.0 else v
        after += sizes[k]
    return value


@_compiled
def _log_gamma_draw(rng, shape):  # type: ignore[no-untyped-def]
    """The log of a Gamma(shape, 1) draw, also for tiny shapes."""
    if shape >= 1.0:
        return math.log(rng.standard_gamma(shape))
    return math.log(rng.standard_gamma(shape + 1.0)) - rng.standard_exponential() / shape


@_compiled
def draw_unobserved(rng, total, seen, missed):  # type: ignore[no-untyped-def]
    """A negative binomial draw: people missed while ``total`` were seen; -1 if beyond counting."""
    mean = rng.standard_gamma(total) * missed / seen
    if not mean < MOST_UNOBSERVED:
        return -1
    return rng.poisson(mean)


@_compiled
def _log_alpha_density(log_alpha, sizes, a, b):  # type: ignore[no-untyped-def]
    """Log density of log alpha given how many are in each class, sticks summed out."""
    alpha = math.exp(log_alpha)
    value = a * log_alpha - b * alpha
    after = 0.0
    for k in range(sizes.shape[0] - 1, -1, -1):
        if k < sizes.shape[0] - 1 and (sizes[k] > 0.0 or after > 0.0):  # else alpha B(1, alpha) = 1
            value += log_alpha + math.lgamma(alpha + after)
            value -= math.lgamma(1.0 + sizes[k] + alpha + after)
        after += sizes[k]
    return value


@_compiled
def _draw_alpha(rng, alpha, sizes, a, b):  # type: ignore[no-untyped-def]
    """Slice sampling (Neal 2003) of alpha given the classes, sticks summed out.

    Given its sticks alpha barely moves where it is small, for empty classes have sticks that
    tell it to a third; without them it is free of where it was.
    """
    at = math.log(alpha)
    level = _log_alpha_density(at, sizes, a, b) - rng.standard_exponential()
    low = at - _LOG_ALPHA * rng.random()
    high = low + _LOG_ALPHA
    while _log_alpha_density(low, sizes, a, b) > level and low > -700.0:
        low -= _LOG_ALPHA
    while _log_alpha_density(high, sizes, a, b) > level and high < 700.0:
        high += _LOG_ALPHA
    while True:
        tried = low + (high - low) * rng.random()
        if _log_alpha_density(tried, sizes, a, b) >= level:
            return math.exp(tried)
        if tried < at:
            low = tried
        else:
            high = tried


@_compiled
def augmented_step(  # type: ignore[no-untyped-def]
    rng, sticks, odds, counts, members, offsets, a, b, cap, unobserved, space
):
    """One sweep of the published sampler; gives the unobserved count and whether it is new.

    A draw beyond the cap is a proposal refused: the count stays what it was.
    """
    lists, classes = odds.shape
    cells = counts.shape[0]
    weights = space[0]
    bases = space[1]
    sizes = space[2]
    ratios = space[3 : 3 + lists]
    joint = space[3 + lists : 3 + lists + cells]
    seen, log_left = _cells(sticks, odds, members, offsets, weights, bases, ratios, joint)
    # From here on weights[k] is the mass of class k and of those after it: shares of it that
    # are summed from the small end need no correction for rounding.
    total = 0.0
    for m in range(cells):
        total += counts[m]
    missed = 0.0
    for k in range(classes - 1, -1, -1):
        missed += bases[k]
        weights[k] = missed
    drawn = draw_unobserved(rng, total, seen, missed)
    held = 0 <= drawn <= cap
    if held:
        unobserved = drawn
    remaining = unobserved
    for k in range(classes):  # the unobserved, by class
        drawn = remaining
        if k < classes - 1 and remaining > 0:
            drawn = rng.binomial(remaining, bases[k] / weights[k]) if weights[k] > 0.0 else 0
        remaining -= drawn
        sizes[k] = drawn
    for j in range(lists):
        for k in range(classes):
            ratios[j, k] = 0.0  # from here on: members of list j in class k
    for m in range(cells):
        mass = 0.0
        for k in range(classes - 1, -1, -1):
            mass += joint[m, k]
            weights[k] = mass
        left_here = int(counts[m])
        if left_here == 1:  # most cells of sparse tables
            u = rng.random() * mass  # below: how much mass lies after the class
            chosen = 0
            while chosen < classes - 1 and u < weights[chosen + 1]:
                chosen += 1
            sizes[chosen] += 1.0
            for at in range(offsets[m], offsets[m + 1]):
                ratios[members[at], chosen] += 1.0
            continue
        for k in range(classes):
            if left_here == 0:
                break
            drawn = left_here
            if k < classes - 1:
                drawn = rng.binomial(left_here, joint[m, k] / weights[k]) if weights[k] > 0.0 else 0
            left_here -= drawn
            if drawn:
                sizes[k] += drawn
                for at in range(offsets[m], offsets[m + 1]):
                    ratios[members[at], k] += drawn
    for j in range(lists):
        for k in range(classes):
            on = math.log(rng.standard_gamma(1.0 + ratios[j, k]))
            odds[j, k] = on - math.log(rng.standard_gamma(1.0 + sizes[k] - ratios[j, k]))
    alpha = rng.standard_gamma(a + classes - 1.0) / (b - log_left)
    alpha = _draw_alpha(rng, alpha, sizes, a, b)
    after = 0.0
    for k in range(classes - 1, -1, -1):
        if k < classes - 1:
            sticks[k] = _log_gamma_draw(rng, 1.0 + sizes[k]) - _log_gamma_draw(rng, alpha + after)
        after += sizes[k]
    return unobserved, held


@_compiled
def swap_step(rng, sticks, odds, a, b, space):  # type: ignore[no-untyped-def]
    """Exchange two classes, any two: the likelihood stays, the stick prior decides.

    Without this, chains keep the order of classes that they began with, and with it the
    prior weights of that order. The density of the weights, alpha summed out, is
    (b - log pi_K)**-(a+K-1) / prod_k (pi_k + ... + pi_K): only factors from the first of the
    two to the second change, and they are taken relative to what was left before the first.
    """
    lists, classes = odds.shape
    if classes < 2:
        return
    first = int(rng.random() * classes)
    second = int(rng.random() * (classes - 1))
    second += second >= first
    low, high = min(first, second), max(first, second)
    logs = space[0]
    rest = space[1]
    before = 0.0  # log of what is left before the first
    left = 0.0
    gain = 0.0
    for k in range(min(high + 1, classes - 1)):
        v = sticks[k]
        tail = math.log1p(math.exp(-abs(v)))
        if k < low:
            before -= tail + max(v, 0.0)
            continue
        gain += left
        logs[k] = left - tail + min(v, 0.0)
        left -= tail + max(v, 0.0)
    if high == classes - 1:
        gain += left
        logs[high] = left
        gain += (a + classes - 1.0) * math.log((b - before - left) / (b - before - logs[low]))
    logs[low], logs[high] = logs[high], logs[low]
    for k in range(high, low - 1, -1):
        if k == classes - 1:
            rest[k] = logs[k]
        else:
            after = left if k == high else rest[k + 1]
            rest[k] = max(after, logs[k]) + math.log1p(math.exp(-abs(after - logs[k])))
        if k > low:
            gain -= rest[k]
    if math.log(1.0 - rng.random()) < gain:
        for k in range(low, min(high + 1, classes - 1)):
            sticks[k] = logs[k] - (left if k == high else rest[k + 1])
        for j in range(lists):
            odds[j, first], odds[j, second] = odds[j, second], odds[j, first]


@_compiled
def hamiltonian_step(  # type: ignore[no-untyped-def]
    rng, sticks, odds, counts, members, offsets, a, b, step, leaps, space, moving
):
    """One Hamiltonian move at fixed step; gives its acceptance probability.

    ``moving``: place, momentum and gradient, each with the sticks in its first row, whose last
    place is free and feels no force.
    """
    rows, classes = moving.shape[1:]
    q, p, g = moving[0], moving[1], moving[2]
    q_s, q_o = q[0, : classes - 1], q[1:]
    g_s, g_o = g[0, : classes - 1], g[1:]
    q_s[:] = sticks
    q_o[:] = odds
    energy = 0.0
    for i in range(rows):
        for k in range(classes):
            p[i, k] = rng.standard_normal()
            energy += 0.5 * p[i, k] * p[i, k]
    energy -= log_target(q_s, q_o, counts, members, offsets, a, b, g_s, g_o, space)
    value = 0.0
    for _ in range(leaps):
        for i in range(rows):
            for k in range(classes):
                p[i, k] += 0.5 * step * g[i, k]
                q[i, k] += step * p[i, k]
        value = log_target(q_s, q_o, counts, members, offsets, a, b, g_s, g_o, space)
        if not value > -np.inf:
            return 0.0
        for i in range(rows):
            for k in range(classes):
                p[i, k] += 0.5 * step * g[i, k]
    after = -value
    for i in range(rows):
        for k in range(classes):
            after += 0.5 * p[i, k] * p[i, k]
    chance = math.exp(min(0.0, energy - after)) if after == after else 0.0
    if rng.random() < chance:
        sticks[:] = q_s
        odds[:] = q_o
    return chance


@_compiled
def run(  # type: ignore[no-untyped-def]
    rng, sticks, odds, unobserved, counts, members, offsets, a, b, cap, step, leaps, target,
    sweeps, out
):  # fmt: skip
    """Advance one chain in place; the unobserved count of each sweep goes to ``out``.

    ``target`` > 0: adapt the step towards that acceptance. Gives (step, mean acceptance,
    sweeps in which something was beyond the cap or the arithmetic).
    """
    lists, classes = odds.shape
    cells = counts.shape[0]
    space = np.zeros((3 + lists + cells, classes))
    moving = np.zeros((3, 1 + lists, classes))
    saved_s = sticks.copy()
    saved_o = odds.copy()
    total = 0.0
    for m in range(cells):
        total += counts[m]
    accepted = 0.0
    log_step = math.log(step) if step > 0.0 else 0.0
    beyond = 0
    for sweep in range(sweeps):
        held = True
        if leaps > 0:
            now = math.exp(log_step) * (0.7 + 0.6 * rng.random())
            many = 1 + int(rng.random() * leaps)
            saved_s[:] = sticks
            saved_o[:] = odds
            chance = hamiltonian_step(
                rng, sticks, odds, counts, members, offsets, a, b, now, many, space, moving
            )
            accepted += chance
            if target > 0.0:
                log_step += (chance - target) / (5.0 + sweep) ** 0.6
            # With a cap the move is from (theta, n0) to (theta', n0'): refused beyond the cap.
            seen, _ = _cells(
                sticks, odds, members, offsets, space[0], space[1],
                space[3 : 3 + lists], space[3 + lists : 3 + lists + cells],
            )  # fmt: skip
            missed = 0.0
            for k in range(classes):
                missed += space[1, k]
            drawn = draw_unobserved(rng, total, seen, missed)
            held = 0 <= drawn <= cap
            if held:
                unobserved = drawn
            else:
                sticks[:] = saved_s
                odds[:] = saved_o
        for _ in range(_SWAPS):
            swap_step(rng, sticks, odds, a, b, space)
        unobserved, new = augmented_step(
            rng, sticks, odds, counts, members, offsets, a, b, cap, unobserved, space
        )
        # Past a cap that was asked for a draw is refused; past all counting, nothing is known.
        uncounted = cap >= MOST_UNOBSERVED and not (held and new)
        beyond += uncounted or not np.abs(odds).sum(axis=0).max() < _REACH
        out[sweep] = unobserved
    return math.exp(log_step), accepted / max(1, sweeps), beyond
