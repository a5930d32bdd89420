"""A second sampler of the latent class model, to hold the first against.

Written from the paper (Manrique-Vallier 2016, section 3) and from nothing of
``habeas.estimation.sampling``: a plain Gibbs sampler, slow to mix, with chances held as
probabilities and sticks as the pair (log V, log(1 - V)). It shares no arithmetic with the
other: stick lengths come from the identity Beta(a, 1) Beta(a + 1, n) = Beta(a, n + 1), classes
change places by the two moves of Papaspiliopoulos and Roberts (2008, Biometrika 95:169) given
everybody's class, and nothing is summed out.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from habeas.estimation import CaptureTable

_compiled: Any = njit(cache=True)


@_compiled
def _sweep(rng, patterns, counts, chances, log_v, log_w, alpha, a, b):  # type: ignore[no-untyped-def]
    lists, classes = chances.shape
    log_pi = np.empty(classes)
    left = 0.0
    for k in range(classes - 1):
        log_pi[k] = left + log_v[k]
        left += log_w[k]
    log_pi[classes - 1] = left
    # everybody's class
    who = np.zeros(classes, dtype=np.int64)
    on = np.zeros((lists, classes), dtype=np.int64)
    p = np.empty(classes)
    for m in range(len(counts)):
        for k in range(classes):
            p[k] = math.exp(log_pi[k])
            for j in range(lists):
                p[k] *= chances[j, k] if patterns[m, j] else 1.0 - chances[j, k]
        todo, mass = counts[m], p.sum()
        if todo > 8:  # as a multinomial; else one by one
            for k in range(classes - 1):
                if todo and mass > 0.0:
                    drawn = rng.binomial(todo, min(1.0, p[k] / mass))
                    todo -= drawn
                    mass -= p[k]
                    who[k] += drawn
                    for j in range(lists):
                        on[j, k] += patterns[m, j] * drawn
            who[classes - 1] += todo
            for j in range(lists):
                on[j, classes - 1] += patterns[m, j] * todo
            continue
        for _ in range(todo):
            u = rng.random() * p.sum()
            k = 0
            while u >= p[k] and k < classes - 1:
                u -= p[k]
                k += 1
            who[k] += 1
            for j in range(lists):
                on[j, k] += patterns[m, j]
    # the unobserved: how many, and of which class
    for k in range(classes):
        p[k] = math.exp(log_pi[k])
        for j in range(lists):
            p[k] *= 1.0 - chances[j, k]
    unseen = p.sum()
    total = counts.sum()
    missing = rng.poisson(rng.gamma(total, unseen / (1.0 - unseen)))
    todo = missing
    for k in range(classes - 1):
        if todo and unseen > 0.0:
            drawn = rng.binomial(todo, min(1.0, p[k] / unseen))
            who[k] += drawn
            todo -= drawn
            unseen -= p[k]
    who[classes - 1] += todo
    # chances
    for j in range(lists):
        for k in range(classes):
            x = rng.standard_gamma(1.0 + on[j, k])
            y = rng.standard_gamma(1.0 + who[k] - on[j, k])
            chances[j, k] = x / (x + y)
    # sticks
    after = total + missing
    for k in range(classes - 1):
        after -= who[k]
        if after:
            x = rng.standard_gamma(1.0 + who[k])
            y = rng.standard_gamma(alpha + after)
            log_v[k] = math.log(x / (x + y))
            log_w[k] = math.log(y / (x + y))
        else:
            log_w[k] = -rng.standard_exponential() / alpha
            if who[k]:
                log_w[k] += math.log(rng.beta(alpha + 1.0, who[k]))
            rest = math.exp(log_w[k])
            log_v[k] = math.log1p(-rest) if rest < 0.5 else math.log(-math.expm1(log_w[k]))
    # places
    if classes > 1:
        log_pi[0] = log_v[0]
        left = 0.0
        for k in range(classes - 1):
            log_pi[k] = left + log_v[k]
            left += log_w[k]
        log_pi[classes - 1] = left
        i, other = rng.integers(0, classes), rng.integers(0, classes)
        if i != other and who[i] != who[other]:
            gain = (who[other] - who[i]) * (log_pi[i] - log_pi[other])
            if math.log(1.0 - rng.random()) < gain:
                _exchange(chances, who, i, other)
        if classes > 2:
            i = rng.integers(0, classes - 2)
            gain = who[i] * log_w[i + 1] - who[i + 1] * log_w[i]
            if math.log(1.0 - rng.random()) < gain:
                _exchange(chances, who, i, i + 1)
                log_v[i], log_v[i + 1] = log_v[i + 1], log_v[i]
                log_w[i], log_w[i + 1] = log_w[i + 1], log_w[i]
    alpha = rng.gamma(a + classes - 1.0, 1.0 / (b - log_w.sum()))
    return missing, alpha


@_compiled
def _exchange(chances, who, i, k):  # type: ignore[no-untyped-def]
    for j in range(chances.shape[0]):
        chances[j, i], chances[j, k] = chances[j, k], chances[j, i]
    who[i], who[k] = who[k], who[i]


@_compiled
def _run(rng, patterns, counts, classes, a, b, out, thin):  # type: ignore[no-untyped-def]
    lists = patterns.shape[1]
    chances = rng.random((lists, classes))
    log_v = np.full(classes - 1, math.log(0.5))
    log_w = np.full(classes - 1, math.log(0.5))
    alpha = 1.0
    total = counts.sum()
    for _ in range(len(out) * thin // 10):
        _, alpha = _sweep(rng, patterns, counts, chances, log_v, log_w, alpha, a, b)
    for at in range(len(out)):
        for _ in range(thin):
            missing, alpha = _sweep(rng, patterns, counts, chances, log_v, log_w, alpha, a, b)
        out[at] = total + missing


def gibbs(
    table: CaptureTable, seed: int, draws: int, thin: int = 10, chains: int = 4, classes: int = 10
) -> Any:
    """Draws of N, chains by draws, after a tenth as many were thrown away."""
    lists = range(len(table.lists))
    patterns = np.array([[mask >> j & 1 for j in lists] for mask, _ in table.counts])
    counts = np.array([count for _, count in table.counts])
    found = np.zeros((chains, draws), dtype=np.int64)
    for out, each in zip(found, np.random.SeedSequence(seed).spawn(chains), strict=True):
        rng = np.random.default_rng(each)
        _run(rng, patterns, counts, classes, 0.25, 0.25, out, thin)
    return found
