"""Training of set, graph and cloud models that take any size, with AdamW on the mean squared error."""

import numpy as np

from serve import serve


def with_jax(given, folder):
    import jax
    from jax import numpy as jnp

    def load(name):
        return jnp.asarray(np.load(folder / f"{name}.npy"), jnp.float32)

    data = {name: load(name) for name in given["arrays"]}
    start = [load(f"parameter-{i}") for i in range(given["parameters"])]
    output = models(jnp, jax.nn.relu)[given["model"]]
    rate, decay = given["rate"], given["decay"]

    def loss(parameters):
        return jnp.mean((output(parameters, data) - data["labels"]) ** 2)

    @jax.jit
    def step(parameters, first, second, number):
        value, slopes = jax.value_and_grad(loss)(parameters)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slopes)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slopes)

        def update(w, m, v):
            mean, square = m / (1 - 0.9**number), v / (1 - 0.999**number)
            return (1 - rate * decay) * w - rate * mean / (jnp.sqrt(square) + 1e-8)

        return value, jax.tree.map(update, parameters, first, second), first, second

    def work():
        parameters, losses = start, []
        first = second = [jnp.zeros_like(w) for w in start]
        for number in range(1, given["steps"] + 1):
            value, parameters, first, second = step(parameters, first, second, number)
            losses.append(float(value))
        return losses

    return work


def models(np, relu):
    """The outputs by model, as functions of parameters and data; `np` is jax.numpy."""

    def network(parameters, x):
        for layer in range(0, len(parameters), 2):
            x = x if layer == 0 else relu(x)
            x = x @ parameters[layer].T + parameters[layer + 1]
        return x

    def sets(aggregate):
        return lambda p, data: network(p[6:], aggregate(network(p[:6], data["sets"]), axis=-2))

    def message(p, data):
        operator, x = data["adjacency"] / data["adjacency"].shape[-1], data["signal"]
        for layer in range(0, len(p), 2):
            x = x if layer == 0 else relu(x)
            x = x @ p[layer].T + operator @ x @ p[layer + 1].T
        return x

    def siamese(p, features):
        difference = (features[:40, None] - features[None, 40:]) @ p[0].T
        return np.sqrt((difference**2).sum(-1)) * p[1] + p[2]

    def mean_sets(p, x):
        return network(p[6:], network(p[:6], x).mean(-2))

    def svd_ds(p, data):
        return siamese(p, mean_sets(p[3:], data["coordinates"]))

    def ds_ci(p, data):
        points = data["clouds"]
        gram, n = points @ np.swapaxes(points, -2, -1), points.shape[-2]
        d, (i, j) = diagonal(gram), np.triu_indices(n, 1)
        star = ((d[..., None] * gram).sum((-2, -1)) - (d**2).sum(-1)) / (n * (n - 1))
        parts = [
            mean_sets(p[3:13], d[..., None]),
            mean_sets(p[13:23], gram[:, i, j][..., None]),
            network(p[23:29], star[:, None]),
        ]
        return siamese(p, network(p[29:], np.concatenate(parts, axis=-1)))

    def diagonal(a):
        return np.diagonal(a, axis1=-2, axis2=-1)

    def contractions(a):
        d, rows, columns = diagonal(a), a.mean(-1), a.mean(-2)
        return d, rows, columns, d.mean(-1, keepdims=True), rows.mean(-1, keepdims=True)

    def ign(p, data):
        eye = np.eye(data["adjacency"].shape[-1], dtype=np.float32)

        def mix(x, w):
            return np.einsum("bd...,sd->bs...", x, w)

        def layer(a, w, bias):
            d, r, c, t, s = contractions(a)
            on_diagonal = mix(d, w[0]) + mix(t, w[1]) + mix(r, w[2]) + mix(c, w[3]) + mix(s, w[4]) + bias[1][:, None]
            along_rows = mix(c, w[5]) + mix(r, w[6]) + mix(d, w[11])
            along_columns = mix(c, w[7]) + mix(r, w[8]) + mix(d, w[12])
            constant = mix(t, w[13]) + mix(s, w[14]) + bias[0][:, None]
            matrices = mix(a, w[9]) + mix(np.swapaxes(a, -2, -1), w[10])
            spread = (along_rows + constant)[..., None] + along_columns[..., None, :]
            return matrices + spread + on_diagonal[..., None] * eye

        x = np.swapaxes(data["signal"], -2, -1)
        a = np.concatenate([data["adjacency"][:, None], x[..., None] * eye], axis=1)
        for k in range(0, len(p) - 2, 2):
            a = relu(layer(a, p[k], p[k + 1]))
        w, bias = p[-2:]
        parts = [mix(x, w[k]) for k, x in zip([0, 2, 3, 1, 4], contractions(a))]
        return np.swapaxes(sum(parts) + bias[0][:, None], -2, -1)

    def ggnn(every):
        def layer(p, a, x):
            vectors = [x, np.swapaxes(a.mean(-1), -2, -1)]
            if every:
                vectors.append(np.swapaxes(diagonal(a), -2, -1))
            nodes = np.concatenate(vectors, axis=-1)
            means = nodes.mean(-2, keepdims=True)
            u = np.swapaxes(nodes @ p[1].T, -2, -1)
            constant = np.swapaxes(means @ p[2].T + p[3], -2, -1)
            a = np.einsum("bdij,sd->bsij", a, p[0]) + (u + constant)[..., None] + u[..., None, :]
            first, second = np.split(nodes @ p[4].T + means @ p[5].T + p[6], 2, axis=-1)
            products = np.einsum("bsij,bjt->bist", a, second) / x.shape[1]
            return a, first + products.reshape(*products.shape[:2], -1) @ p[7].T

        def output(p, data):
            a, x = data["adjacency"][:, None], data["signal"]
            for k in range(0, len(p), 8):
                a, x = layer(p[k : k + 8], a, x if k == 0 else relu(x))
            return x

        return output

    return {
        "deep-set": sets(np.sum),
        "normalised": sets(np.mean),
        "pointnet": sets(np.max),
        "message": message,
        "ign": ign,
        "ggnn": ggnn(True),
        "continuous": ggnn(False),
        "svd-ds": svd_ds,
        "ds-ci": ds_ci,
    }


def statistics(losses):
    return [(f"loss before step {i + 1}", value, 2e-5 * value) for i, value in enumerate(losses)]


serve({"jax": with_jax}, statistics)
