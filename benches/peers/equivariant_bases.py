"""Bases of invariant tensors: EMLP itself, and its algorithm (the null space of the stacked constraints by SVD) in NumPy."""

import functools

import numpy as np

from serve import serve


def with_emlp(given, folder):
    import emlp.groups
    from emlp.reps import T
    from emlp.reps.representation import Rep

    groups = {case["group"]: eval(case["group"], vars(emlp.groups)) for case in given["cases"]}

    def work():
        # Or else the second run would find the solutions of the first.
        Rep.solcache.clear()
        found = []
        for case in given["cases"]:
            basis = T(case["p"], case["q"])(groups[case["group"]]).equivariant_basis()
            found.append((case, np.asarray(basis)))
        return found

    return work


def with_numpy(given, folder):
    def solve(case):
        p, q = case["p"], case["q"]
        d = len((case["discrete"] + case["lie"])[0])
        n = d ** (p + q)
        rows = []
        for h in map(np.array, case["discrete"]):
            factors = [h] * p + [np.linalg.inv(h).T] * q
            rows.append(functools.reduce(np.kron, factors) - np.eye(n))
        for a in map(np.array, case["lie"]):
            factors = [a] * p + [-a.T] * q
            total = np.zeros((n, n))
            for i, factor in enumerate(factors):
                total += np.kron(np.kron(np.eye(d**i), factor), np.eye(d ** (p + q - i - 1)))
            rows.append(total)
        # Not all left singular vectors: EMLP computes and drops them.
        constraints = np.concatenate(rows)
        if len(constraints) < n:
            constraints = np.concatenate([constraints, np.zeros((n - len(constraints), n))])
        _, singular, right = np.linalg.svd(constraints, full_matrices=False)
        return right[(singular > 1e-5).sum() :].T

    def work():
        return [(case, solve(case)) for case in given["cases"]]

    return work


def statistics(found):
    for case, basis in found:
        name = f"{case['group']} T({case['p']},{case['q']})"
        x = np.cos(np.arange(1, len(basis) + 1)) / np.sqrt(len(basis))
        yield f"dimension of {name}", basis.shape[1], 0
        yield f"projection onto {name}", ((basis.T @ x) ** 2).sum(), 1e-4


serve({"emlp": with_emlp, "numpy": with_numpy}, statistics)
