"""SGD of the two-layer unit on noisy labels, (u w x − y)²: replicas side by side."""

import numpy as np

from serve import mean, serve


def with_numpy(given, _):
    rng = np.random.default_rng(1)
    replicas, rate = given["replicas"], given["rate"]

    def work():
        u, w = np.full(replicas, given["u"]), np.full(replicas, given["w"])
        for _ in range(given["steps"]):
            x, noise = rng.standard_normal((2, replicas))
            y = given["slope"] * x + given["noise"] * noise
            step = rate * 2 * (u * w * x - y) * x
            u, w = u - step * w, w - step * u
        return u, w

    return work


def with_numba(given, _):
    import numba

    @numba.njit
    def simulate(rng, replicas, steps, rate, slope, spread, u0, w0):
        last = np.empty((2, replicas))
        for replica in range(replicas):
            u, w = u0, w0
            for _ in range(steps):
                x = rng.standard_normal()
                y = slope * x + spread * rng.standard_normal()
                step = rate * 2 * (u * w * x - y) * x
                u, w = u - step * w, w - step * u
            last[0, replica], last[1, replica] = u, w
        return last

    rng = np.random.default_rng(2)
    constants = [given[name] for name in ["replicas", "steps", "rate", "slope", "noise", "u", "w"]]
    return lambda: simulate(rng, *constants)


def with_jax(given, _):
    import jax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", True)
    replicas, rate = given["replicas"], given["rate"]

    def step(weights, key):
        u, w = weights
        x, noise = jax.random.normal(key, (2, replicas))
        y = given["slope"] * x + given["noise"] * noise
        step = rate * 2 * (u * w * x - y) * x
        return (u - step * w, w - step * u), None

    @jax.jit
    def simulate(key):
        start = jnp.full(replicas, given["u"]), jnp.full(replicas, given["w"])
        return jax.lax.scan(step, start, jax.random.split(key, given["steps"]))[0]

    keys = iter(jax.random.split(jax.random.key(3), 1000))
    return lambda: jax.block_until_ready(simulate(next(keys)))


def statistics(weights):
    u, w = map(np.asarray, weights)
    return [mean("mean of u w", u * w), mean("mean of (u w)²", (u * w) ** 2), mean("mean of u² − w²", u**2 - w**2)]


serve({"numpy": with_numpy, "numba": with_numba, "jax": with_jax}, statistics)
