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

#: No draw above this: beyond it whole numbers are not exact in what adds them up.
MOST_UNOBSERVED = 1e15
_SWAPS = 2  # tried a sweep


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
    sticks, odds, counts, members, offsets, heat, a, b, g_sticks, g_odds, space
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
    value *= heat
    for j in range(lists):
        for k in range(classes):
            ratio = ratios[j, k]
            chance = ratio / (1.0 + ratio)
            g_odds[j, k] = heat * (g_odds[j, k] - sizes[k] * chance) + 1.0 - 2.0 * chance
            value += odds[j, k] - 2.0 * math.log1p(ratio)
    shape = a + classes - 1.0
    value -= shape * math.log(b - log_left)
    alpha = shape / (b - log_left)
    after = sizes[classes - 1]
    for k in range(classes - 2, -1, -1):
        v = sticks[k]
        share = 1.0 / (1.0 + math.exp(-v))
        g_sticks[k] = heat * (sizes[k] * (1.0 - share) - after * share)
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
def augmented_step(  # type: ignore[no-untyped-def]
    rng, sticks, odds, counts, members, offsets, a, b, cap, space
):
    """One sweep of the published sampler; gives the unobserved count, or -1 for no move."""
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
    missed = 0.0
    for k in range(classes):
        missed += bases[k]
    unobserved = -1
    for _ in range(200):
        unobserved = draw_unobserved(rng, total, seen, missed)
        if 0 <= unobserved <= cap:
            break
        unobserved = -1
    if unobserved < 0:
        return -1
    alpha = rng.standard_gamma(a + classes - 1.0) / (b - log_left)
    remaining = unobserved
    mass = missed
    for k in range(classes):  # the unobserved, by class
        drawn = remaining
        if k < classes - 1:
            share = bases[k] / mass if mass > 0.0 else 0.0
            drawn = rng.binomial(remaining, min(1.0, share)) if remaining > 0 else 0
            mass -= bases[k]
        remaining -= drawn
        sizes[k] = drawn
    for j in range(lists):
        for k in range(classes):
            ratios[j, k] = 0.0  # from here on: members of list j in class k
    for m in range(cells):
        mass = 0.0
        for k in range(classes):
            mass += joint[m, k]
        left_here = int(counts[m])
        if left_here == 1:  # most cells of sparse tables
            u = rng.random() * mass
            chosen = 0
            while chosen < classes - 1 and u >= joint[m, chosen]:
                u -= joint[m, chosen]
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
                share = joint[m, k] / mass if mass > 0.0 else 0.0
                drawn = rng.binomial(left_here, min(1.0, max(0.0, share)))
                mass -= joint[m, k]
            left_here -= drawn
            if drawn:
                sizes[k] += drawn
                for at in range(offsets[m], offsets[m + 1]):
                    ratios[members[at], k] += drawn
    for j in range(lists):
        for k in range(classes):
            on = math.log(rng.standard_gamma(1.0 + ratios[j, k]))
            odds[j, k] = on - math.log(rng.standard_gamma(1.0 + sizes[k] - ratios[j, k]))
    after = 0.0
    for k in range(classes - 1, -1, -1):
        if k < classes - 1:
            v = _log_gamma_draw(rng, 1.0 + sizes[k]) - _log_gamma_draw(rng, alpha + after)
            sticks[k] = min(v, 600.0)
        after += sizes[k]
    return unobserved


@_compiled
def _log_prior_of_weights(logs, rest, a, b):  # type: ignore[no-untyped-def]
    """Log density of the class weights, alpha summed out; ``rest`` gets log(what is left)."""
    classes = logs.shape[0]
    last = logs[classes - 1]
    rest[classes - 1] = last
    value = -last - (a + classes - 1.0) * math.log(b - min(last, 0.0))
    for k in range(classes - 2, -1, -1):
        high = max(rest[k + 1], logs[k])
        low = min(rest[k + 1], logs[k])
        rest[k] = high + math.log1p(math.exp(low - high))
        value -= rest[k]
    return value


@_compiled
def swap_step(rng, sticks, odds, a, b, space):  # type: ignore[no-untyped-def]
    """Exchange two classes, any two: the likelihood stays, the stick prior decides.

    Without this, chains keep the order of classes that they began with, and with it the
    prior weights of that order.
    """
    lists, classes = odds.shape
    if classes < 2:
        return
    first = int(rng.random() * classes)
    second = int(rng.random() * (classes - 1))
    second += second >= first
    logs = space[0]
    rest = space[1]
    left = 0.0
    for k in range(classes - 1):
        v = sticks[k]
        if v > 0.0:
            tail = math.log1p(math.exp(-v))
            logs[k] = left - tail
            left -= v + tail
        else:
            tail = math.log1p(math.exp(v))
            logs[k] = left + v - tail
            left -= tail
    logs[classes - 1] = left
    before = _log_prior_of_weights(logs, rest, a, b)
    logs[first], logs[second] = logs[second], logs[first]
    after = _log_prior_of_weights(logs, rest, a, b)
    if math.log(1.0 - rng.random()) < after - before:
        for k in range(classes - 1):
            sticks[k] = logs[k] - rest[k + 1]
        for j in range(lists):
            odds[j, first], odds[j, second] = odds[j, second], odds[j, first]


@_compiled
def hamiltonian_step(  # type: ignore[no-untyped-def]
    rng, sticks, odds, counts, members, offsets, heat, a, b, step, leaps, space, moving
):
    """One Hamiltonian move at fixed step; gives its acceptance probability."""
    lists, classes = odds.shape
    q_s = moving[0, 0, : classes - 1]
    p_s = moving[1, 0, : classes - 1]
    g_s = moving[2, 0, : classes - 1]
    q_o = moving[0, 1:]
    p_o = moving[1, 1:]
    g_o = moving[2, 1:]
    energy = 0.0
    for k in range(classes - 1):
        q_s[k] = sticks[k]
        p_s[k] = rng.standard_normal()
        energy += 0.5 * p_s[k] * p_s[k]
    for j in range(lists):
        for k in range(classes):
            q_o[j, k] = odds[j, k]
            p_o[j, k] = rng.standard_normal()
            energy += 0.5 * p_o[j, k] * p_o[j, k]
    energy -= log_target(q_s, q_o, counts, members, offsets, heat, a, b, g_s, g_o, space)
    value = 0.0
    for _ in range(leaps):
        for k in range(classes - 1):
            p_s[k] += 0.5 * step * g_s[k]
            q_s[k] += step * p_s[k]
        for j in range(lists):
            for k in range(classes):
                p_o[j, k] += 0.5 * step * g_o[j, k]
                q_o[j, k] += step * p_o[j, k]
        value = log_target(q_s, q_o, counts, members, offsets, heat, a, b, g_s, g_o, space)
        if not value > -np.inf:
            return 0.0
        for k in range(classes - 1):
            p_s[k] += 0.5 * step * g_s[k]
        for j in range(lists):
            for k in range(classes):
                p_o[j, k] += 0.5 * step * g_o[j, k]
    after = -value
    for k in range(classes - 1):
        after += 0.5 * p_s[k] * p_s[k]
    for j in range(lists):
        for k in range(classes):
            after += 0.5 * p_o[j, k] * p_o[j, k]
    chance = math.exp(min(0.0, energy - after)) if after == after else 0.0
    if rng.random() < chance:
        for k in range(classes - 1):
            sticks[k] = q_s[k]
        for j in range(lists):
            for k in range(classes):
                odds[j, k] = q_o[j, k]
    return chance


@_compiled
def run(  # type: ignore[no-untyped-def]
    rng, sticks, odds, counts, members, offsets, a, b, cap, step, leaps, target, sweeps, out
):
    """Advance one chain in place; the unobserved count of each sweep goes to ``out``.

    ``target`` > 0: adapt the step towards that acceptance. Gives (step, mean acceptance).
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
    last = -1
    for sweep in range(sweeps):
        if leaps > 0:
            now = math.exp(log_step) * (0.7 + 0.6 * rng.random())
            many = 1 + int(rng.random() * leaps)
            saved_s[:] = sticks
            saved_o[:] = odds
            chance = hamiltonian_step(
                rng, sticks, odds, counts, members, offsets, 1.0, a, b, now, many, space, moving
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
            if not 0 <= drawn <= cap:
                sticks[:] = saved_s
                odds[:] = saved_o
        for _ in range(_SWAPS):
            swap_step(rng, sticks, odds, a, b, space)
        drawn = augmented_step(rng, sticks, odds, counts, members, offsets, a, b, cap, space)
        if drawn >= 0:
            last = drawn
        out[sweep] = last
    return math.exp(log_step), accepted / max(1, sweeps)
