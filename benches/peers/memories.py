"""Dense associative memories with F(x) = x³, K patterns of N sites of ±1.

overlaps: the product of 256 states with all patterns.
one-step: turning site i over changes the energy −Σ F(x) by the sum of the stakes F(x + 2) − F(x − 2) = 12 x² + 16 over patterns
that agree with the state there, minus the sum of F(x + 2) − F(x) over all. Twice that is s_i Σ stake ξ_i − Σ 24 x: two products.
retrieval: one site at a time, overlaps and stakes kept up to date with every flip.
"""

import numpy as np

from serve import mean, serve


def products(xp, patterns, given):
    probes = patterns[: given["queries"]]
    if given["ask"] == "overlaps":
        return lambda patterns: probes @ patterns.T

    def wrong_sites(patterns):
        overlaps = probes @ patterns.T
        stakes = 12 * overlaps * overlaps + 16
        return (probes * (stakes @ patterns) < 24 * overlaps.sum(axis=1, keepdims=True)).sum(axis=1)

    return wrong_sites


def with_numpy(given, folder):
    patterns = np.load(folder / "patterns.npy").astype(np.float32)
    work = products(np, patterns, given)
    return lambda: (given["ask"], work(patterns))


def with_jax(given, folder):
    import jax

    patterns = jax.numpy.asarray(np.load(folder / "patterns.npy"), jax.numpy.float32)
    work = jax.jit(products(jax.numpy, patterns, given))
    return lambda: (given["ask"], jax.block_until_ready(work(patterns)))


def with_numba(given, folder):
    import numba

    @numba.njit(parallel=True, fastmath=True)
    def retrieve(rows, cues):
        sites, count = rows.shape
        ends = cues.copy()
        sweeps = np.zeros(len(cues))
        for cue in numba.prange(len(cues)):
            state = ends[cue]
            overlaps = np.zeros(count, np.int32)
            for i in range(sites):
                for mu in range(count):
                    overlaps[mu] += rows[i, mu] * state[i]
            stakes = np.empty(count, np.float32)
            total = np.float32(0)
            for mu in range(count):
                x = np.float32(overlaps[mu])
                stakes[mu] = 12 * x * x + 16
                total += x
            flips = 1
            while flips > 0:
                flips = 0
                sweeps[cue] += 1
                for i in np.random.permutation(sites):
                    vote = np.float32(0)
                    for mu in range(count):
                        vote += rows[i, mu] * stakes[mu]
                    if vote * state[i] < 24 * total:
                        turn = np.int32(-2 * state[i])
                        state[i] = -state[i]
                        flips += 1
                        total = np.float32(0)
                        for mu in range(count):
                            overlaps[mu] += turn * rows[i, mu]
                            x = np.float32(overlaps[mu])
                            stakes[mu] = 12 * x * x + 16
                            total += x
        return ends, sweeps

    patterns, cues = np.load(folder / "patterns.npy"), np.load(folder / "cues.npy")
    rows = np.ascontiguousarray(patterns.T)
    return lambda: ("retrieval", (*retrieve(rows, cues), patterns[: len(cues)]))


def statistics(result):
    ask, found = result
    if ask == "overlaps":
        count = found.shape[1]
        some = ((7 * mu + 3) % len(found) for mu in range(0, count, count // 10))
        return [(f"overlap {i}", found[q, i * (count // 10)], 0.0) for i, q in enumerate(some)]
    if ask == "one-step":
        return [("unstable sites", found.sum(), 2.0)]
    ends, sweeps, stored = found
    return [("cues put right", (ends == stored).all(axis=1).sum(), 0.0), mean("sweeps", sweeps)]


serve({"numpy": with_numpy, "jax": with_jax, "numba": with_numba}, statistics)
