"""Averages over many networks, in plain NumPy: what `ensembles.rs` and some laws compare with.

Prints means over independent networks, with their standard errors and the number of networks. Needs numpy and scipy. One argument
names a part, none runs all.
"""

import sys

import numpy as np
from scipy.optimize import minimize


def tell(name, samples):
    samples = np.array(samples, float)
    error = samples.std(ddof=1) / len(samples) ** 0.5
    print(f"{name}: {samples.mean():.6g} ± {error:.2g} ({len(samples)})", flush=True)


def signs(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


def relaxed(couplings, cue, rng):
    """One site at a time, in a fresh random order for each sweep; a site without field stays."""
    state, fields, moved = cue.copy(), couplings @ cue, True
    while moved:
        moved = False
        for i in rng.permutation(len(state)):
            if fields[i] * state[i] < -1e-9:
                state[i] = -state[i]
                fields += 2 * state[i] * couplings[i]
                moved = True
    return state


def hebb(patterns):
    couplings = patterns.T @ patterns
    np.fill_diagonal(couplings, 0)
    return couplings


def collapse(networks=40, probes=8):
    """Beyond the critical load: where descents from stored patterns end. The errors of the means are over descents."""
    rng = np.random.default_rng(2)
    for sites in (2000, 1000):
        shares, ends = [], []
        for _ in range(networks):
            patterns = signs(rng, round(0.16 * sites), sites).astype(np.float32)
            couplings = hebb(patterns)
            overlaps = [relaxed(couplings, p, rng) @ p / sites for p in patterns[:probes]]
            shares.append(np.mean(np.array(overlaps) > 0.8))
            ends.extend(overlaps)
        ends = np.array(ends)
        tell(f"collapse {sites} share", shares)
        tell(f"collapse {sites} retrieved", ends[ends > 0.8])
        tell(f"collapse {sites} lost", ends[ends <= 0.8])
        print(f"collapse {sites} between 0.6 and 0.85: {np.sum((ends > 0.6) & (ends < 0.85))} of {len(ends)}")


def cycles():
    """All sites at once from random states: the share that ends in a cycle of two."""
    rng = np.random.default_rng(1)
    for sites, count, networks, starts in ((100, 20, 1000, 10), (100, 21, 2000, 10), (20, 3, 20_000, 5)):
        shares = []
        for _ in range(networks):
            couplings = hebb(signs(rng, count, sites))
            before, now, found = None, signs(rng, starts, sites), 0
            while len(now):
                fields = now @ couplings
                after = np.where(fields == 0, now, np.sign(fields))
                fixed = (after == now).all(1)
                back = (after == before).all(1) & ~fixed if before is not None else np.zeros(len(now), bool)
                found += back.sum()
                before, now = now[~(fixed | back)], after[~(fixed | back)]
            shares.append(found / starts)
        tell(f"cycles {sites} {count}", shares)


def projection(networks=60, cues=20):
    """Self-couplings kept, 10 of 200 sites wrong: cues repaired, and wrong sites that stay."""
    rng = np.random.default_rng(3)
    for count in (80, 90):
        repaired, held = [], []
        for _ in range(networks):
            patterns = signs(rng, count, 200)
            couplings = patterns.T @ np.linalg.solve(patterns @ patterns.T, patterns)
            whole, stay = [], []
            for pattern in patterns[:cues]:
                cue, turned = pattern.copy(), rng.choice(200, 10, replace=False)
                cue[turned] *= -1
                end = relaxed(couplings, cue, rng)
                whole.append((end == pattern).all())
                stay.append((end[turned] != pattern[turned]).mean())
            repaired.append(np.mean(whole))
            held.append(np.mean(stay))
        tell(f"projection {count} repaired", repaired)
        tell(f"projection {count} held", held)


def flow(active, norm):
    """Couplings and thresholds of least probability flow of patterns of 0 and 1, by L-BFGS down to a norm of the gradient."""
    count, n = active.shape
    above, turns = np.triu_indices(n, 1), 2 * active - 1

    def parts(x):
        couplings = np.zeros((n, n))
        couplings[above] = x[:-n]
        return couplings + couplings.T, x[-n:]

    def objective(x):
        couplings, thresholds = parts(x)
        flows = np.exp(-turns * (active @ couplings - thresholds) / 2) / (count * n)
        pull = -0.5 * flows * turns
        slope = pull.T @ active
        return flows.sum(), np.r_[(slope + slope.T)[above], -pull.sum(0)]

    def stop(x):
        if np.linalg.norm(objective(x)[1]) <= norm:
            raise StopIteration

    options = dict(maxiter=1000, maxcor=10, ftol=0, gtol=0, maxfun=100_000)
    return parts(minimize(objective, np.zeros(len(above[0]) + n), jac=True, method="L-BFGS-B", callback=stop, options=options).x)


def learned_cliques(networks=16):
    rng = np.random.default_rng(8)
    edges = [(a, b) for a in range(10) for b in range(a + 1, 10)]
    common = np.array([[len(set(e) & set(f)) for f in edges] for e in edges])
    ratios = []
    for _ in range(networks):
        members = [set(rng.choice(10, 5, replace=False)) for _ in range(80)]
        couplings, thresholds = flow(np.array([[float(a in s and b in s) for a, b in edges] for s in members]), 1e-6)
        sharing = couplings[common == 1].mean()
        ratios.append((couplings[common == 0].mean() / sharing, thresholds.mean() / sharing))
    tell("cliques couplings", [r[0] for r in ratios])
    tell("cliques thresholds", [r[1] for r in ratios])


def overfull(networks=24):
    rng = np.random.default_rng(9)
    for count in (180, 130):
        sites, whole = [], []
        for _ in range(networks):
            turns = signs(rng, count, 100)
            couplings, thresholds = flow((turns + 1) / 2, 1e-6)
            stable = turns * ((turns + 1) / 2 @ couplings - thresholds) > 0
            sites.append(stable.mean())
            whole.append(stable.all(1).mean())
        tell(f"overfull {count} sites", sites)
        tell(f"overfull {count} patterns", whole)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def cold(networks=400):
    rng = np.random.default_rng(4)
    for beta in (6.0, 8.0, 10.0):
        missed = []
        for _ in range(networks):
            patterns = rng.standard_normal((20, 32))
            patterns /= np.linalg.norm(patterns, axis=1, keepdims=True)
            state, moved = patterns, 1.0
            while moved > 1e-11:
                after = softmax(beta * state @ patterns.T) @ patterns
                state, moved = after, np.abs(after - state).max()
            missed.append(np.linalg.norm(state - patterns, axis=1).mean())
        tell(f"cold {beta}", missed)


def layers(networks=400):
    """Two layers by the classical Runge–Kutta method: what the mean cosine lacks to 1."""
    rng = np.random.default_rng(5)
    rectified = lambda h: np.maximum(h, 0)
    models = {
        "A": (lambda v: np.tanh(2 * v), lambda h: rectified(h) ** 2),
        "B": (lambda v: v, lambda h: softmax(10 * h)),
        "C": (lambda v: v / np.linalg.norm(v, axis=-1, keepdims=True), lambda h: rectified(h) ** 4),
    }
    lacking, dt = {name: [] for name in models}, 0.05
    for _ in range(networks):
        patterns = signs(rng, 25, 40)
        weights = patterns / 40**0.5
        for name, (g, f) in models.items():
            v = weights * np.r_[np.ones(36), -np.ones(4)]
            h = g(v) @ weights.T
            slope = lambda v, h: (f(h) @ weights - v, (g(v) @ weights.T - h) / 0.2)
            for _ in range(200):
                a = slope(v, h)
                b = slope(v + dt / 2 * a[0], h + dt / 2 * a[1])
                c = slope(v + dt / 2 * b[0], h + dt / 2 * b[1])
                d = slope(v + dt * c[0], h + dt * c[1])
                v, h = (x + dt / 6 * (p + 2 * q + 2 * r + s) for x, p, q, r, s in zip((v, h), a, b, c, d))
            cosines = (g(v) * patterns).sum(1) / np.linalg.norm(g(v), axis=1) / 40**0.5
            lacking[name].append(1 - cosines.mean())
    for name, samples in lacking.items():
        tell(f"layers {name}", samples)


def blocks(networks=40):
    """Energy transformers by long steps: steps in which the energy rises, and how much tokens grow."""
    rng = np.random.default_rng(6)
    features, heads, head, tokens, memories, beta = 32, 4, 8, 10, 128, 8**-0.5
    own = np.arange(tokens)
    for alpha in (0.1, 1.0, 3.0, 10.0, 30.0, 100.0):
        rises, growths = [], []
        for _ in range(networks):
            normal = lambda *shape: rng.standard_normal(shape) / features**0.5
            keys, queries, stored = normal(heads, head, features), normal(heads, head, features), normal(memories, features)
            x = rng.standard_normal((tokens, features))
            first, before, risen = np.linalg.norm(x), np.inf, 0
            for _ in range(201):
                centred = x - x.mean(-1, keepdims=True)
                g = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
                k, q = np.einsum("hyj,bj->hby", keys, g), np.einsum("hyj,cj->hcy", queries, g)
                scores = beta * np.einsum("hby,hcy->hcb", k, q)
                scores[:, own, own] = -np.inf
                top = scores.max(-1, keepdims=True)
                hidden = np.maximum(g @ stored.T, 0)
                energy = -(top[..., 0] + np.log(np.exp(scores - top).sum(-1))).sum() / beta - 0.5 * (hidden**2).sum()
                risen += energy > before + 1e-12 * abs(energy)
                before, p = energy, softmax(scores)
                x = x + alpha * (np.einsum("hcb,hby,hyj->cj", p, k, queries) + np.einsum("hcb,hcy,hyj->bj", p, q, keys) + hidden @ stored)
            rises.append(risen)
            growths.append(np.linalg.norm(x) / first)
        print(f"blocks {alpha}: {sum(rises)} rises in {200 * networks} steps")
        tell(f"blocks {alpha} growth", growths)


def nearest_mean(draws=400):
    """Thirty prototypes of a hundred sites in ten classes, 25 sites wrong: errors of the nearest mean of a class."""
    rng = np.random.default_rng(7)
    by_mean, by_prototype = [], []
    for _ in range(draws):
        prototypes, classes = signs(rng, 30, 100), np.arange(30) % 10
        examples, labels = np.repeat(prototypes, 20, 0), np.repeat(classes, 20)
        turned = np.argsort(rng.random(examples.shape), 1)[:, :25]
        np.put_along_axis(examples, turned, -np.take_along_axis(examples, turned, 1), 1)
        means = np.array([prototypes[classes == k].mean(0) for k in range(10)]) / 2
        by_mean.append((((means**2).sum(1) - 2 * examples @ means.T).argmin(1) != labels).mean())
        by_prototype.append((classes[(examples @ prototypes.T).argmax(1)] != labels).mean())
    tell("nearest mean", by_mean)
    tell("nearest prototype", by_prototype)


PARTS = [collapse, cycles, projection, learned_cliques, overfull, cold, layers, blocks, nearest_mean]

if __name__ == "__main__":
    for part in PARTS:
        if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
            part()
