"""Cliques of half of the vertices, learned by minimum probability flow with SciPy's L-BFGS: the share of novel ones that are fixed.

Training stops once the Euclidean norm of the gradient, of the flow per pattern and neighbour, is small enough. Prints means over
trainings, each asked for 1000 cliques, with their standard errors. Needs numpy, scipy, and numba for `descents.py`.
"""

import numpy as np
from descents import tell
from scipy.optimize import minimize


def cliques(vertices, count, rng):
    first, second = np.triu_indices(vertices, 1)
    rows = []
    for _ in range(count):
        member = np.isin(np.arange(vertices), rng.permutation(vertices)[: vertices // 2])
        rows.append(member[first] & member[second])
    return np.array(rows, float)


def flow(x, couplings, thresholds):
    """The flow of each neighbour and the gradient of their mean, with one entry for both places of a coupling."""
    signs = 2 * x - 1
    flows = np.exp(-0.5 * signs * (x @ couplings - thresholds))
    pull = 0.5 * signs * flows / flows.size
    slope = -(pull.T @ x)
    slope += slope.T.copy()
    np.fill_diagonal(slope, 0)
    return flows.mean(), slope, pull.sum(0)


def quasi_newton(x, norm):
    neurons = x.shape[1]
    above = np.triu_indices(neurons, 1)

    def network(parameters):
        couplings = np.zeros((neurons, neurons))
        couplings[above] = parameters[: len(above[0])]
        return couplings + couplings.T, parameters[len(above[0]) :]

    def value(parameters):
        mean, slope, slope_thresholds = flow(x, *network(parameters))
        return mean, np.concatenate([slope[above], slope_thresholds])

    def stop(parameters):
        if np.linalg.norm(value(parameters)[1]) <= norm:
            raise StopIteration

    options = {"maxiter": 1000, "maxfun": 10000, "gtol": 0, "ftol": 0}
    found = minimize(value, np.zeros(len(above[0]) + neurons), jac=True, method="L-BFGS-B", callback=stop, options=options)
    return network(found.x)


def fixed(network, asked):
    couplings, thresholds = network
    return ((asked @ couplings - thresholds > 0) == (asked > 0.5)).all(1).mean()


if __name__ == "__main__":
    for vertices, counts, draws in [(12, [150, 200], 40), (16, [100, 150, 200], 40), (20, [150, 200], 30)]:
        for count in counts:
            for norm in [1e-3, 1e-6]:
                shares = []
                for draw in range(draws):
                    rng = np.random.default_rng([vertices, count, draw])
                    x, asked = cliques(vertices, count, rng), cliques(vertices, 1000, rng)
                    shares.append(fixed(quasi_newton(x, norm), asked))
                tell(f"{vertices} vertices, {count} learned, norm {norm}", shares)
