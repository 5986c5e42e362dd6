"""The top eigenpair of L = Y + diag(a tanh(b Y1)), Y a signed adjacency matrix over sqrt(n), to a given residual.

ARPACK stops at a residual of `tol` times the eigenvalue. Both peers hold the whole matrix: `scipy` multiplies with it as it is
(gemv), `scipy-symv` reads one triangle of it (BLAS symv).
"""

import numpy as np
from scipy.linalg.blas import dsymv
from scipy.sparse.linalg import LinearOperator, eigsh

from serve import serve


def load(folder):
    signs = np.load(folder / "signs.npy")
    # In the order of Fortran, as symv takes it; it is symmetric.
    matrix = np.asfortranarray(signs, dtype=float) / np.sqrt(len(signs))
    return np.asfortranarray(matrix), np.load(folder / "start.npy")


def top(multiply, start, given):
    diagonal = given["height"] * np.tanh(given["slope"] * multiply(np.ones(len(start))))
    operator = LinearOperator((len(start), len(start)), matvec=lambda x: multiply(x) + diagonal * x, dtype=float)
    # The eigenvalue is about 2.8. ARPACK's usual basis of 20 vectors is faster here than a larger one.
    return eigsh(operator, k=1, which="LA", v0=start, tol=given["tolerance"] / 2.8)


def with_gemv(given, folder):
    matrix, start = load(folder)
    return lambda: top(lambda x: matrix @ np.ravel(x), start, given)


def with_symv(given, folder):
    matrix, start = load(folder)
    return lambda: top(lambda x: dsymv(1.0, matrix, np.ravel(x)), start, given)


def statistics(pair):
    values, vectors = pair
    return [("eigenvalue", values[0], 1e-12), ("largest entry", np.abs(vectors).max(), 1e-7)]


serve({"scipy": with_gemv, "scipy-symv": with_symv}, statistics)
