"""Mutation testing of the checks: small changes to right answers that a check must refuse.

    python -m mutants                      every exercise (run in tests/; minutes)
    python -m mutants softmax chunks       these only
    python -m mutants --show softmax       each mutant and what the check says of it

Mutants are made of each lesson's own solution and of tests/alternatives (operators.py). Whether
one is wrong is decided without the check: it is run beside the function that it was made of, on
inputs of its own (inputs.py), far more and wilder than a check's cases, and compared strictly
(truth.py). A wrong mutant that a check lets pass fails the run, unless accepted.txt lists it with
the reason. See also DeMillo, Lipton and Sayward (1978), Hints on Test Data Selection.
"""
