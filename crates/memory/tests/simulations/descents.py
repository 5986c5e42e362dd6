"""Where asynchronous descents end, in plain loops: what the tests next to this file compare their own with.

Prints mean overlaps, or what else is asked, over independent networks, with their standard errors and the number of networks.
Needs numpy and numba. One argument names a part, none runs all.
"""

import sys

import numpy as np
from numba import njit


def tell(name, samples):
    samples = np.array(samples, float)
    told = []
    for column in samples.reshape(len(samples), -1).T:
        error = column.std(ddof=1) / len(samples) ** 0.5
        # Rounding is to be at most a twentieth of the error.
        digits = 1 - int(np.floor(np.log10(error))) if error > 0 else 1
        told.append(f"{column.mean():.{digits}f} ± {error:.{digits}f}")
    print(f"{name}: {', '.join(told)} ({len(samples)})", flush=True)


def signs(rng, *shape):
    return rng.choice(np.array([-1, 1], np.int64), shape)


def turned(state, flips, rng):
    cue = state.copy()
    cue[rng.permutation(len(state))[:flips]] *= -1
    return cue


@njit
def seed(value):
    np.random.seed(value)


@njit
def separated(x, order, rectified):
    if rectified and x <= 0:
        return 0.0
    return float(x) ** order


@njit
def dense(patterns, cue, order, rectified):
    """Energy −Σ F(x): a site turns over if that lowers the energy."""
    state, overlaps = cue.copy(), (patterns * cue).sum(axis=1)
    moved = True
    while moved:
        moved = False
        for i in np.random.permutation(len(state)):
            gain = 0.0
            for mu in range(len(patterns)):
                after = overlaps[mu] - 2 * patterns[mu, i] * state[i]
                gain += separated(after, order, rectified) - separated(overlaps[mu], order, rectified)
            if gain > 0:
                overlaps -= 2 * patterns[:, i] * state[i]
                state[i] = -state[i]
                moved = True
    return state


@njit
def coupled(couplings, cue, tie):
    """Energy −½ sWs, no self-couplings."""
    state, fields = cue.copy(), couplings @ cue.astype(np.float64)
    moved = True
    while moved:
        moved = False
        for i in np.random.permutation(len(state)):
            if fields[i] * state[i] < -tie:
                fields -= 2 * couplings[:, i] * state[i]
                state[i] = -state[i]
                moved = True
    return state


@njit
def skeleton(patterns, cue):
    """All pairs and triples: N h_i = Σ ξ_i (o + (o² − (N − 1))/2) with o the overlap of the other sites."""
    state, overlaps, sites = cue.copy(), (patterns * cue).sum(axis=1), len(cue)
    moved = True
    while moved:
        moved = False
        for i in np.random.permutation(sites):
            field = 0
            for mu in range(len(patterns)):
                o = overlaps[mu] - patterns[mu, i] * state[i]
                field += patterns[mu, i] * (2 * o + o * o - (sites - 1))
            if field * state[i] < 0:
                overlaps -= 2 * patterns[:, i] * state[i]
                state[i] = -state[i]
                moved = True
    return state


@njit
def simplicial(edges, triangles, edge_weights, triangle_weights, starts, members, cue):
    """Weights on some pairs and triples; `members` lists the simplices of each site, triangles after edges."""
    state, count = cue.copy(), len(edges)
    moved = True
    while moved:
        moved = False
        for i in np.random.permutation(len(state)):
            field = 0
            for at in range(starts[i], starts[i + 1]):
                s = members[at]
                if s < count:
                    field += edge_weights[s] * state[edges[s, 0]] * state[edges[s, 1]]
                else:
                    t = s - count
                    field += triangle_weights[t] * state[triangles[t, 0]] * state[triangles[t, 1]] * state[triangles[t, 2]]
            if field < 0:
                state[i] = -state[i]
                moved = True
    return state


def concepts(draws=60):
    """100 sites, five prototypes, flips of a fifth: overlaps with the example and with the prototype."""
    for order, rectified, examples in [
        (2, False, 1), (2, False, 3), (3, True, 5), (5, True, 20), (10, True, 200),
        (2, False, 10), (2, False, 20), (3, True, 20), (5, True, 100),
    ]:
        samples = []
        for draw in range(draws):
            rng = np.random.default_rng([1, order, examples, draw])
            seed(draw)
            prototypes = signs(rng, 5, 100)
            stored = np.repeat(prototypes, examples, axis=0) * np.where(rng.random((5 * examples, 100)) < 0.2, -1, 1)
            ends = [dense(stored, stored[c * examples], order, rectified) for c in range(5)]
            kept = np.mean([ends[c] @ stored[c * examples] for c in range(5)]) / 100
            samples.append((kept, np.mean([ends[c] @ prototypes[c] for c in range(5)]) / 100))
        tell(f"concepts n = {order}, {examples} examples", samples)


def collapse(draws=120):
    """N = 2000 beyond the critical load, descents from three patterns of each network."""
    for load in [0.18, 0.20]:
        samples = []
        for draw in range(draws):
            rng = np.random.default_rng([2, round(1000 * load), draw])
            seed(draw)
            stored = signs(rng, round(2000 * load), 2000)
            couplings = (stored.T.astype(np.float64) @ stored.astype(np.float64))
            np.fill_diagonal(couplings, 0)
            samples.append(np.mean([coupled(couplings, stored[mu], 0.0) @ stored[mu] for mu in range(3)]) / 2000)
        tell(f"collapse at {load}", samples)


def skeletons(draws=100):
    """All edges and triangles of 100 sites, twenty cues for each network."""
    for count, flips in [(400, 0), (800, 10), (1600, 0), (1600, 10)]:
        samples = []
        for draw in range(draws):
            rng = np.random.default_rng([3, count, flips, draw])
            seed(draw)
            stored = signs(rng, count, 100)
            samples.append(np.mean([skeleton(stored, turned(stored[mu], flips, rng)) @ stored[mu] for mu in range(20)]) / 100)
        tell(f"skeleton {count} {flips}", samples)


TRIPLES = np.array([(i, j, k) for k in range(100) for j in range(k) for i in range(j)])
PAIRS = np.array([(i, j) for j in range(100) for i in range(j)])


def mixed(patterns, flips, edges, triangles, draws, tag):
    samples = []
    for draw in range(draws):
        rng = np.random.default_rng([4, patterns, flips, edges, triangles, draw])
        seed(draw)
        stored = signs(rng, patterns, 100)
        two = PAIRS[rng.choice(len(PAIRS), edges, replace=False)].reshape(-1, 2)
        three = TRIPLES[rng.choice(len(TRIPLES), triangles, replace=False)].reshape(-1, 3)
        two_weights, three_weights = stored[:, two].prod(axis=2).sum(axis=0), stored[:, three].prod(axis=2).sum(axis=0)
        ends = np.concatenate([two.ravel(), three.ravel()])
        owners = np.concatenate([np.repeat(np.arange(edges), 2), edges + np.repeat(np.arange(triangles), 3)])
        order = np.argsort(ends, kind="stable")
        starts = np.searchsorted(ends[order], np.arange(101))
        total = 0
        for mu in range(patterns):
            cue = turned(stored[mu], flips, rng)
            total += simplicial(two, three, two_weights, three_weights, starts, owners[order], cue) @ stored[mu]
        samples.append(total / patterns / 100)
    tell(f"{tag} {triangles / (edges + triangles):.2f} of {edges + triangles}, P = {patterns}, {flips} flips", samples)


def mixtures(draws=200):
    """Random edges and triangles of 100 sites, as many as there are pairs; and at the coordination number of all pairs."""
    for share in [0, 1 / 4, 1 / 2, 3 / 4, 1]:
        triangles = int(4950 * share + 0.5)
        for patterns in [5, 10, 15, 20, 30]:
            mixed(patterns, 0, 4950 - triangles, triangles, draws, "budget")
    for share in [0, 1 / 2, 1]:
        triangles = int(4950 * share + 0.5)
        for patterns in [20, 30]:
            mixed(patterns, 10, 4950 - triangles, triangles, draws, "budget")
    for edges, triangles in [(4950, 0), (1980, 1980), (0, 3300)]:
        for flips in [0, 10, 25]:
            mixed(30, flips, edges, triangles, draws, "coordination")


@njit
def recovers(vertices, y, z, cue, wanted):
    """Synchronous steps of the clique network, until nothing or nothing new comes."""
    here, before = cue.copy(), cue.copy()
    for step in range(200):
        degrees, edges = np.zeros(vertices, np.int64), 0
        for j in range(vertices):
            for i in range(j):
                if here[i, j]:
                    degrees[i] += 1
                    degrees[j] += 1
                    edges += 1
        new, same, back = here.copy(), True, True
        for j in range(vertices):
            for i in range(j):
                sharing = degrees[i] + degrees[j] - 2 * here[i, j]
                new[i, j] = 1 if sharing + y * (edges - sharing - here[i, j]) - z > 0 else 0
                same = same and new[i, j] == here[i, j]
                back = back and new[i, j] == before[i, j]
        if same:
            for j in range(vertices):
                for i in range(j):
                    if here[i, j] != wanted[i, j]:
                        return 0
            return 1
        if back and step > 0:
            return -1
        before, here = here, new
    return -1


def cliques():
    """Half of the vertices; the threshold lies between the mean fields of the edges of a clique and of those with one end in it."""
    for vertices, noise, trials in [
        (32, 0.05, 4000), (32, 0.1, 4000), (32, 0.15, 4000), (64, 0.1, 4000), (64, 0.15, 4000), (64, 0.2, 4000),
        (128, 0.15, 2000), (128, 0.2, 2000), (128, 0.25, 2000), (256, 0.25, 1000), (256, 0.3, 1000),
    ]:
        v, k = vertices, vertices // 2
        y = -4 * (k - 2) / ((v - 3) * (k - 3))
        near, far = 2 * (v - 2), (v - 2) * (v - 3) // 2

        def field(s, u):
            return s * (1 - noise) + (near - s) * noise + y * (u * (1 - noise) + (far - u) * noise)

        z = (field(2 * (k - 2), (k - 2) * (k - 3) // 2) + field(k - 1, (k - 1) * (k - 2) // 2)) / 2
        rng = np.random.default_rng([5, vertices, round(100 * noise)])
        ends = []
        for _ in range(trials):
            member = np.zeros(v, np.int64)
            member[rng.permutation(v)[:k]] = 1
            wanted = np.triu(np.outer(member, member), 1)
            cue = np.where(rng.random((v, v)) < noise, 1 - wanted, wanted)
            ends.append(recovers(v, y, z, np.triu(cue, 1), wanted))
        print(f"cliques {vertices} {noise}: {ends.count(1)} of {trials}, {ends.count(-1)} alternate", flush=True)


def fading(draws=240):
    """200 sites: patterns above an overlap of 0.9, mean overlaps of the last and of the first ten."""
    for decay in [0.0, 0.05, 0.15]:
        for count in [20, 60, 120]:
            samples = []
            for draw in range(draws):
                rng = np.random.default_rng([6, round(100 * decay), count, draw])
                seed(draw)
                stored, couplings = signs(rng, count, 200), np.zeros((200, 200))
                for pattern in stored:
                    couplings = (1 - decay) * couplings + np.outer(pattern, pattern)
                np.fill_diagonal(couplings, 0)
                tie = 1e-10 * np.abs(couplings).max() * 200
                ends = np.array([coupled(couplings, pattern, tie) @ pattern / 200 for pattern in stored])
                samples.append(((ends > 0.9).sum(), ends[-10:].mean(), ends[:10].mean()))
            tell(f"decay {decay}, {count} patterns", samples)


if __name__ == "__main__":
    parts = [concepts, collapse, skeletons, mixtures, cliques, fading]
    for part in parts:
        if len(sys.argv) < 2 or part.__name__ == sys.argv[1]:
            part()
