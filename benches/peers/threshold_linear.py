"""All fixed points of threshold-linear networks dx/dt = −x + [W x + b]_+ by their supports, with their indices.

A support σ is a fixed point's if x_σ = (I − W_σ)⁻¹ b is positive and W x + b is not positive elsewhere; its index is the sign of
det(I − W_σ). Supports of a size are solved in one batch.
"""

from itertools import combinations

import numpy as np

from serve import serve


def with_numpy(given, folder):
    weights = np.load(folder / "weights.npy")
    nodes = weights.shape[1]
    batches = [np.array(list(combinations(range(nodes), size))) for size in range(1, nodes + 1)]
    return lambda: [fixed_points(w, given["drive"], batches) for w in weights]


def fixed_points(weights, drive, batches):
    nodes = len(weights)
    system = np.eye(nodes) - weights
    found = []
    for batch in batches:
        matrices = system[batch[:, :, None], batch[:, None, :]]
        active = np.linalg.solve(matrices, np.full((*batch.shape, 1), drive))[:, :, 0]
        permitted = np.flatnonzero((active > 0).all(axis=1))
        rows = np.arange(len(permitted))[:, None]
        x = np.zeros((len(permitted), nodes))
        x[rows, batch[permitted]] = active[permitted]
        off = x @ weights.T + drive <= 0
        off[rows, batch[permitted]] = True
        kept = permitted[off.all(axis=1)]
        signs = np.sign(np.linalg.det(matrices[kept])) if len(kept) else []
        found += zip((1 << batch[kept]).sum(axis=1).tolist(), signs)
    return found


def statistics(networks):
    found = [point for network in networks for point in network]
    yield "fixed points", len(found), 0.0
    yield "sum of their supports", sum(support for support, _ in found), 0.0
    yield "sum of their indices", sum(index for _, index in found), 0.0


serve({"numpy": with_numpy}, statistics)
