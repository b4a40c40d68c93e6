"""Correct ways of writing the exercise on Adam of lesson 6."""

import math

import numpy as np


def adam_by_loop(param, grad, mean, square, t, learning_rate):
    for place in np.ndindex(*grad.shape):
        g = float(grad[place])
        mean[place] = a = 0.9 * mean[place] + (1 - 0.9) * g
        square[place] = s = 0.999 * square[place] + (1 - 0.999) * g * g
        a_hat, s_hat = a / (1 - math.pow(0.9, t)), s / (1 - math.pow(0.999, t))
        param[place] -= learning_rate * a_hat / (math.sqrt(s_hat) + 1e-8)


def adam_as_the_core_has_it(param, grad, mean, square, t, learning_rate):
    mean += 0.1 * (grad - mean)
    square += 0.001 * (grad * grad - square)
    step = learning_rate / (1 - 0.9**t)
    param -= step * mean / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)


def adam_in_steps(param, grad, mean, square, t, learning_rate):
    mean *= 0.9
    mean += 0.1 * grad
    square *= 0.999
    square += 0.001 * np.square(grad)
    mean_hat = mean / (1 - 0.9**t)
    square_hat = square / (1 - 0.999**t)
    np.subtract(param, learning_rate * mean_hat / (square_hat**0.5 + 1e-8), out=param)


ALTERNATIVES = {"adam_update": [adam_by_loop, adam_as_the_core_has_it, adam_in_steps]}
