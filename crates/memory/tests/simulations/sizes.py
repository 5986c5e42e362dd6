"""Errors of one update and what follows from them, simulated: what the tests next to this file compare formulas with.

Prints means over independent networks with their standard errors and the number of networks. Needs numpy, and numba for
`descents.py`. One argument names a part, none runs all.
"""

import sys

import numpy as np
from descents import PAIRS, TRIPLES, coupled, seed, signs, tell, turned


def separated(x, order, rectified):
    return np.where(x > 0, x, 0.0) ** order if rectified else x**order


def wrong_sites(stored, states, order, rectified=False):
    """Which sites one update turns over: those whose flip lowers −Σ F(x)."""
    x = (states @ stored.T).astype(float)
    here = separated(x, order, rectified)
    lost, won = separated(x - 2, order, rectified) - here, separated(x + 2, order, rectified) - here
    gain = 0.5 * (lost + won).sum(axis=1, keepdims=True) + 0.5 * states * ((lost - won) @ stored)
    return gain > 0


def hopfield(draws=40):
    """N = 1000: wrong sites of all patterns."""
    for patterns in [100, 138, 185, 300]:
        rng = np.random.default_rng([1, patterns])
        samples = []
        for _ in range(draws):
            stored = signs(rng, patterns, 1000)
            samples.append(wrong_sites(stored, stored, 2).mean())
        tell(f"hopfield {patterns}", samples)


def dense():
    """Wrong sites of 200 patterns, at loads of 0.30 and 0.14."""
    for order, sites, patterns, rectified, draws in [
        (2, 400, 120, False, 60), (3, 100, 1000, False, 60), (4, 50, 2500, False, 60),
        (2, 400, 120, True, 120), (3, 100, 1000, True, 120), (4, 50, 2500, True, 120),
        (2, 400, 56, False, 120), (3, 100, 466, False, 120), (4, 50, 1166, False, 120),
    ]:
        rng = np.random.default_rng([2, order, patterns, int(rectified)])
        samples = []
        for _ in range(draws):
            stored = signs(rng, patterns, sites)
            samples.append(wrong_sites(stored, stored[:200], order, rectified).mean())
        tell(f"dense n = {order} N = {sites} K = {patterns} rectified {rectified}", samples)


def prototypes(draws=2000):
    """Five prototypes of 200 sites: wrong sites of the prototypes, none of which is stored."""
    for flips, examples in [(0.1, 5), (0.1, 10), (0.3, 20), (0.3, 50)]:
        rng = np.random.default_rng([3, examples])
        samples = []
        for _ in range(draws):
            centres = signs(rng, 5, 200)
            stored = np.repeat(centres, examples, axis=0) * np.where(rng.random((5 * examples, 200)) < flips, -1, 1)
            samples.append(wrong_sites(stored, centres, 2).mean())
        tell(f"prototypes {flips} {examples}", samples)


def fixed(draws=400):
    """Whether a pattern is fixed, and whether all are."""
    for order, sites, patterns, few in [
        (2, 500, 20, draws), (2, 500, 40, draws), (3, 100, 361, 60), (3, 100, 180, 60), (3, 60, 146, 60), (3, 60, 73, 60)
    ]:
        rng = np.random.default_rng([4, order, patterns])
        samples = []
        for _ in range(few):
            stored = signs(rng, patterns, sites)
            good = ~wrong_sites(stored, stored, order).any(axis=1)
            samples.append((good.mean(), good.all()))
        tell(f"fixed n = {order} N = {sites} K = {patterns}", samples)


def projection(draws=20):
    """N = 200: recovered of 20 cues with ten flips, with and without self-couplings."""
    for count in [50, 100, 150, 190]:
        rng = np.random.default_rng([5, count])
        samples = []
        for draw in range(draws):
            seed(draw)
            stored = signs(rng, count, 200)
            with_self = stored.T @ np.linalg.solve((stored @ stored.T).astype(float), stored.astype(float))
            with_self = np.ascontiguousarray((with_self + with_self.T) / 2)
            without = with_self - np.diag(np.diag(with_self))
            tie = 200 * np.finfo(float).eps * np.abs(with_self).sum(axis=1).max()
            ends = [[(coupled(w, turned(s, 10, rng), tie) == s).all() for w in (with_self, without)] for s in stored[:20]]
            samples.append(np.mean(ends, axis=0))
        tell(f"projection {count}", samples)


def exponential():
    """Repaired in one step of sites that change together, a few cues from each network."""
    growing = [(30, 6, 0.1), (40, 8, 0.1), (60, 12, 0.1)]
    failing = [(30, 6, 0.25), (40, 8, 0.25)]
    safe = [(30, 3, 0.18), (40, 4, 0.18), (60, 6, 0.18)]
    half = [(sites, 0, 0.5 * np.log(2)) for sites in (16, 20, 24, 28)]
    for sites, flips, alpha in growing + failing + safe + half:
        patterns = round(np.exp(alpha * sites)) + (flips > 0)
        rng = np.random.default_rng([6, sites, flips, patterns])
        samples = []
        for _ in range(200):
            stored = signs(rng, patterns, sites)
            ends = []
            for state in stored[:10]:
                cue = turned(state, flips, rng)
                overlaps = stored @ cue
                weights = np.exp((overlaps - overlaps.max()).astype(float))
                # exp(R) with R the overlap of the other sites.
                fields = weights @ (stored * np.exp(-(stored * cue).astype(float)))
                ends.append((np.where(fields == 0, cue, np.sign(fields)) == state).all())
            samples.append(np.mean(ends))
        tell(f"exponential N = {sites} M = {patterns} {flips} flips", samples)


def coordination(draws=400):
    """100 sites: wrong sites of all patterns after one step."""
    for edges, triangles, patterns in [
        (4950, 0, 30), (3712, 1238, 30), (2475, 2475, 30), (1237, 3713, 30), (0, 4950, 30),
        (4950, 0, 20), (2475, 2475, 20), (0, 4950, 20), (0, 3300, 20), (0, 3300, 30),
    ]:
        rng = np.random.default_rng([7, triangles, patterns])
        samples = []
        for _ in range(draws):
            stored = signs(rng, patterns, 100)
            fields = np.zeros((patterns, 100))
            for simplices in (PAIRS[rng.choice(4950, edges, replace=False)], TRIPLES[rng.choice(161700, triangles, replace=False)]):
                if len(simplices):
                    products = stored[:, simplices].prod(axis=2)
                    pulls = products * products.sum(axis=0)
                    for column in simplices.T:
                        incidence = np.zeros((len(simplices), 100))
                        incidence[np.arange(len(simplices)), column] = 1
                        fields += pulls @ incidence
            samples.append((fields < 0).mean())
        tell(f"coordination {edges} edges {triangles} triangles P = {patterns}", samples)


def cliques(draws=2000):
    """64 vertices, cliques of 32: wrong edges after one synchronous step."""
    v, k = 64, 32
    y = -4 * (k - 2) / ((v - 3) * (k - 3))
    upper = np.triu(np.ones((v, v), bool), 1)
    for noise in [0.1, 0.15, 0.2]:
        near, far = 2 * (v - 2), (v - 2) * (v - 3) // 2

        def field(s, u):
            return s * (1 - noise) + (near - s) * noise + y * (u * (1 - noise) + (far - u) * noise)

        z = (field(2 * (k - 2), (k - 2) * (k - 3) // 2) + field(k - 1, (k - 1) * (k - 2) // 2)) / 2
        rng = np.random.default_rng([8, round(100 * noise)])
        samples = []
        for _ in range(draws):
            member = rng.permutation(v) < k
            wanted = np.outer(member, member) & upper
            cue = wanted ^ ((rng.random((v, v)) < noise) & upper)
            both = cue | cue.T
            degrees = both.sum(axis=0)
            sharing = degrees[:, None] + degrees[None, :] - 2 * both
            fields = sharing + y * (cue.sum() - sharing - both) - z
            samples.append(((fields > 0) != wanted)[upper].mean())
        tell(f"cliques {noise}", samples)


def recall_errors(tokens, alpha, weights, dimension, draws, tag):
    """Mass of the tokens whose target is not the output of the largest score; 16 outputs, normal embeddings over √d."""
    p = np.arange(1, tokens + 1) ** -float(alpha)
    p /= p.sum()
    targets = np.arange(tokens) % 16
    w = weights(p, dimension)
    samples = []
    for draw in range(draws):
        rng = np.random.default_rng([9, tokens, round(10 * alpha), dimension, draw])
        inputs, outputs = (rng.standard_normal((n, dimension)) / dimension**0.5 for n in (tokens, 16))
        matrix = outputs[targets].T @ (w[:, None] * inputs)
        scores = inputs @ matrix.T @ outputs.T
        samples.append((p * (scores.argmax(axis=1) != targets)).sum())
    tell(f"{tag} alpha = {alpha} d = {dimension}", samples)
    return np.mean(samples), np.std(samples, ddof=1) / draws**0.5 / np.mean(samples)


def associations():
    """Errors, and slopes of ln error over ln d between 64 and 512."""

    def slope(name, tokens, alpha, weights, draws):
        (a, e), (b, f) = (recall_errors(tokens, alpha, weights, d, draws, name) for d in (64, 512))
        print(f"  slope {np.log(b / a) / np.log(8):.4f} ± {np.hypot(e, f) / np.log(8):.4f}", flush=True)

    def kept(share):
        return lambda p, d: (np.arange(len(p)) < d // share).astype(float)

    for d in (128, 256):
        recall_errors(4000, 2.0, kept(4), d, 60, "d/4 kept")
    for alpha in (2.0, 1.5):
        for share in (8, 4):
            slope(f"d/{share} kept", 4000, alpha, kept(share), 60)
        for rho in (1.0, 0.5):
            slope(f"rho = {rho}", 500, alpha, lambda p, d, rho=rho: p**rho, 400)


if __name__ == "__main__":
    for part in [hopfield, dense, prototypes, fixed, projection, exponential, coordination, cliques, associations]:
        if len(sys.argv) < 2 or part.__name__ == sys.argv[1]:
            part()
