"""SGD of two-layer units on noisy labels, (Σ u w x − y)²: replicas side by side."""

import numpy as np

from serve import mean, serve


def with_numba(given, folder):
    import numba

    kind = {32: np.float32, 64: np.float64}[given["bits"]]
    data = np.load(folder / "data.npy").astype(kind)
    on_data, width = given["data"], given["width"]

    @numba.njit(parallel=True, fastmath=True)
    def simulate(replicas, steps, rate, slope, spread, u0, w0):
        last = np.empty((2, replicas, width), kind)
        for replica in numba.prange(replicas):
            u, w = np.full(width, u0), np.full(width, w0)
            for _ in range(steps):
                if on_data:
                    row = np.random.randint(0, len(data))
                    x, y = data[row, 0], data[row, 1]
                else:
                    x = kind(np.random.standard_normal())
                    y = slope * x + spread * kind(np.random.standard_normal())
                v = kind(0)
                for i in range(width):
                    v += u[i] * w[i]
                pull = rate * kind(2) * (v * x - y) * x
                for i in range(width):
                    u[i], w[i] = u[i] - pull * w[i], w[i] - pull * u[i]
            last[0, replica], last[1, replica] = u, w
        return last

    constants = [kind(given[name]) for name in ["rate", "slope", "noise", "u", "w"]]
    return lambda: simulate(given["replicas"], given["steps"], *constants)


def with_jax(given, folder):
    import jax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", given["bits"] == 64)
    kind = {32: jnp.float32, 64: jnp.float64}[given["bits"]]
    data = jnp.asarray(np.load(folder / "data.npy"), kind)
    replicas, rate, width = given["replicas"], given["rate"], given["width"]

    def sample(key):
        if given["data"]:
            x, y = data[jax.random.randint(key, (replicas,), 0, len(data))].T
            return x, y
        x, noise = jax.random.normal(key, (2, replicas), kind)
        return x, given["slope"] * x + given["noise"] * noise

    def one(u, w, x, y):
        pull = rate * 2 * ((u * w).sum() * x - y) * x
        return u - pull * w, w - pull * u

    def step(weights, key):
        return jax.vmap(one)(*weights, *sample(key)), None

    @jax.jit
    def simulate(key):
        start = jnp.full((replicas, width), given["u"], kind), jnp.full((replicas, width), given["w"], kind)
        return jax.lax.scan(step, start, jax.random.split(key, given["steps"]))[0]

    keys = iter(jax.random.split(jax.random.key(3), 1000))
    return lambda: jax.block_until_ready(simulate(next(keys)))


def statistics(weights):
    u, w = map(np.asarray, weights)
    product = (u.astype(np.float64) * w).sum(axis=1)
    return [mean("mean of the product", product), mean("mean of its square", product**2)]


serve({"numba": with_numba, "jax": with_jax}, statistics)
