"""The output of a normalised DeepSet: an MLP on every point, the mean over points, an MLP on it."""

import numpy as np

from serve import serve


def forward(numbers, parameters, point_parameters, sets):
    """`numbers` is numpy or jax.numpy."""

    def network(parameters, x):
        for layer in range(0, len(parameters), 2):
            x = x if layer == 0 else numbers.maximum(x, 0)
            x = x @ parameters[layer].T + parameters[layer + 1]
        return x

    features = network(parameters[:point_parameters], sets)
    return network(parameters[point_parameters:], features.mean(axis=1))


def load(given, folder):
    return [np.load(folder / f"parameter-{i}.npy") for i in range(given["parameters"])], np.load(folder / "sets.npy")


def with_numpy(given, folder):
    parameters, sets = load(given, folder)

    def work():
        for _ in range(given["times"]):
            outputs = forward(np, parameters, given["point_parameters"], sets)
        return outputs

    return work


def with_jax(given, folder):
    import jax

    jax.config.update("jax_enable_x64", True)
    parameters, sets = jax.device_put(load(given, folder))
    compiled = jax.jit(lambda parameters, sets: forward(jax.numpy, parameters, given["point_parameters"], sets))

    def work():
        for _ in range(given["times"]):
            outputs = jax.block_until_ready(compiled(parameters, sets))
        return outputs

    return work


def statistics(outputs):
    return [(f"output of set {i}", value, 1e-12) for i, value in enumerate(np.asarray(outputs).ravel())]


serve({"numpy": with_numpy, "jax": with_jax}, statistics)
