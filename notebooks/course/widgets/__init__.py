"""Every interactive control of the course; the only modules that import ipywidgets."""

from .bptt_stepper import bptt_stepper as bptt_stepper
from .cleanup import close_old_ones
from .forward_stepper import forward_stepper as forward_stepper
from .gradient_flow import gradient_flow as gradient_flow
from .neuron_explorer import neuron_explorer as neuron_explorer
from .optimizer_race import optimizer_race as optimizer_race
from .own_text import own_text as own_text
from .quiz import quiz as quiz
from .scan_stepper import scan_stepper as scan_stepper
from .softmax_explorer import softmax_explorer as softmax_explorer
from .temperature_sampler import temperature_sampler as temperature_sampler
from .training_dashboard import training_dashboard as training_dashboard

close_old_ones()
