"""Standard normals from counter-based generators."""

import math

import numpy as np

from serve import serve


def with_numpy(given, _):
    rng = np.random.Generator(np.random.Philox(1))
    values = np.empty(given["count"])

    def work():
        rng.standard_normal(out=values)
        return values

    return work


def with_jax(given, _):
    import jax

    jax.config.update("jax_enable_x64", True)
    draw = jax.jit(lambda key: jax.random.normal(key, given["count"]))
    keys = iter(jax.random.split(jax.random.key(2), 1000))
    return lambda: jax.block_until_ready(draw(next(keys)))


def statistics(values):
    values = np.asarray(values)
    variances = {1: 1, 2: 2, 3: 15, 4: 96}
    return [(f"moment {k}", (values**k).mean(), math.sqrt(variances[k] / values.size)) for k in variances]


serve({"numpy": with_numpy, "jax": with_jax}, statistics)
