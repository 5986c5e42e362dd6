"""One-step errors of a dense associative memory with F(x) = x³: stored patterns are probes.

Turning site i over changes the energy −Σ_μ F(x_μ) by the sum of F(x) − F(x − 2) over patterns that agree with the probe there
minus the sum of F(x + 2) − F(x) over those that do not. Every number is an integer below 2^53.
"""

import numpy as np

from serve import serve


def with_numpy(given, folder):
    patterns = np.load(folder / "patterns.npy").astype(float)
    probes = patterns[: given["probes"]]
    return lambda: wrong_sites(patterns, probes)


def wrong_sites(patterns, probes):
    overlaps = probes @ patterns.T
    down, here, up = cube(overlaps - 2), cube(overlaps), cube(overlaps + 2)
    stakes = up - down
    agreeing = (stakes.sum(axis=1, keepdims=True) + probes * (stakes @ patterns)) / 2
    costs = agreeing - (up - here).sum(axis=1, keepdims=True)
    return (costs < 0).sum(axis=1)


def cube(x):
    return x * x * x  # several times faster than x**3 in numpy


def with_numba(given, folder):
    import numba

    @numba.njit(parallel=True)
    def wrong_sites(patterns, count):
        sites = patterns.shape[1]
        wrong = np.zeros(count, dtype=np.int64)
        for probe in numba.prange(count):
            votes = np.zeros(sites)
            stakes = gains = 0.0
            for pattern in patterns:
                x = 0
                for i in range(sites):
                    x += pattern[i] * patterns[probe, i]
                stake = float((x + 2) ** 3 - (x - 2) ** 3)
                for i in range(sites):
                    votes[i] += stake * pattern[i]
                stakes += stake
                gains += (x + 2) ** 3 - x**3
            for i in range(sites):
                wrong[probe] += (stakes + patterns[probe, i] * votes[i]) / 2 < gains
        return wrong

    patterns = np.load(folder / "patterns.npy")
    return lambda: wrong_sites(patterns, given["probes"])


def with_jax(given, folder):
    import jax

    jax.config.update("jax_enable_x64", True)
    patterns = jax.numpy.asarray(np.load(folder / "patterns.npy").astype(float))
    probes = patterns[: given["probes"]]
    compiled = jax.jit(wrong_sites)
    return lambda: jax.block_until_ready(compiled(patterns, probes))


def statistics(wrong):
    return [(f"unstable sites of pattern {probe}", count, 0.0) for probe, count in enumerate(wrong)]


serve({"numpy": with_numpy, "numba": with_numba, "jax": with_jax}, statistics)
