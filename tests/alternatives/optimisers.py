"""Correct ways of writing the exercises of lesson 6."""

import math

import numpy as np


def sgd_by_loop(param, grad, learning_rate):
    for index in np.ndindex(param.shape):
        param[index] = param[index] - learning_rate * grad[index]


def sgd_by_assignment(param, grad, learning_rate):
    param[...] = param - learning_rate * grad


def sgd_with_out(param, grad, learning_rate):
    np.subtract(param, np.multiply(grad, learning_rate), out=param)
    return param


def sgd_plus_minus(param, grad, learning_rate):
    step = grad.copy()
    step *= -learning_rate
    param += step


def adagrad_by_loop(param, grad, memory, learning_rate):
    for index in np.ndindex(param.shape):
        memory[index] += grad[index] ** 2
        param[index] -= learning_rate * grad[index] / math.sqrt(memory[index] + 1e-8)


def adagrad_by_assignment(param, grad, memory, learning_rate):
    memory[:] = memory + np.square(grad)
    param[:] = param - learning_rate / (memory + 1e-8) ** 0.5 * grad


def adagrad_with_out(param, grad, memory, learning_rate):
    np.add(memory, grad**2, out=memory)
    step = np.divide(grad, np.sqrt(memory + 1e-8))
    np.subtract(param, learning_rate * step, out=param)
    return param, memory


ALTERNATIVES = {
    "sgd_update": [sgd_by_loop, sgd_by_assignment, sgd_with_out, sgd_plus_minus],
    "adagrad_update": [adagrad_by_loop, adagrad_by_assignment, adagrad_with_out],
}
