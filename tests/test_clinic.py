"""Every patient of lesson 10 is ill as it comes in, and well after the cure that the lesson gives."""

import linecache
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

import rnn_core
from course import clinic
from course.checks import check, expected_outcomes
from course.exercises import mending

LESSON = Path(__file__).parents[1] / "notebooks" / "10_the_clinic.ipynb"
CELLS = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}


def treatment(name, source):
    """The class that a piece of the lesson's code defines."""
    scope = {"clinic": clinic, "np": np, **vars(rnn_core)}
    file = f"<{name}: {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)  # as in a notebook
    exec(compile(source, file, "exec"), scope)
    return scope[name]


@pytest.mark.parametrize("name", clinic.PATIENTS)
def test_as_shipped_a_patient_is_ill_and_its_code_is_what_made_it_so(name):
    case = clinic.examine(name)
    assert not case.well
    cell = CELLS[f"mend-{name}"].replace(f"clinic.treat({name})", "")
    shipped = treatment(name, cell)
    np.testing.assert_array_equal(clinic.train(shipped).losses, case.losses)
    assert clinic.treat(shipped).case is case  # known, and not trained again
    assert f"Patient {name} has not recovered yet." in repr(clinic.treat(shipped))


@pytest.mark.parametrize("name", clinic.PATIENTS)
def test_the_cure_works(name):
    cure = re.search(r"```python\n(.*?)```", CELLS[f"cure-{name}"], re.DOTALL).group(1)
    verdict = clinic.treat(treatment(name, cure))
    assert verdict.case.well
    assert repr(verdict) == f"Patient {name} has recovered."
    assert "<img alt=" in verdict._repr_html_()


def test_a_right_cure_is_not_judged_by_its_luck():
    """A right cure of A once came to this; of 30 right trainings the slowest had 0.92 nats left."""
    slow = np.linspace(0.55, 0.65, clinic.T)
    assert replace(clinic.healthy_case(), true_loss=0.92, by_step=slow).well
    assert not replace(clinic.healthy_case(), true_loss=1.1).well


def test_a_verdict_says_what_is_still_wrong():
    said = {name: clinic.examine(name).symptom for name in clinic.PATIENTS}
    assert "nan" in said.pop("A") and "places" in said.pop("F") and "gradients" in said.pop("G")
    assert set(said.values()) == {"It still does not know the verse."}
    assert clinic.healthy_case().symptom == ""


def test_each_patient_has_its_own_symptom():
    cases = {name: clinic.examine(name) for name in clinic.PATIENTS}
    assert np.isnan(cases["A"].losses[0])
    assert cases["B"].norms.max() > 2 * clinic.healthy_case().norms.max()  # how far is chaotic
    assert cases["B"].losses[-100:].mean() > 80
    assert cases["C"].losses[1:20].max() > 200
    assert 60 < cases["D"].losses[-100:].mean() < 75
    assert cases["E"].losses[-1] < 0.5 and cases["E"].true_loss > 3
    assert cases["F"].by_step[0] > 1 > cases["F"].by_step[10:].max()
    assert [name for name in cases if name != "A" and not cases[name].exact] == ["G"]
    assert cases["H"].losses[-100:].mean() > 80


def test_a_healthy_training_is_that_of_the_core():
    rnn = rnn_core.RNN(0, 64, 25, seed=clinic.SEED)
    losses = rnn.train(clinic.DICKINSON, 10, report=None)
    np.testing.assert_allclose(
        clinic.train(clinic.Healthy, iterations=10).losses, losses, rtol=1e-8
    )


def test_an_unknown_patient():
    with pytest.raises(ValueError, match="There is no patient 'Z'; there are A, B"):
        clinic.examine("Z")


def test_a_lower_learning_rate_does_not_cure_a_lost_memory():
    class H(clinic.H):
        learning_rate = 0.01

    verdict = clinic.treat(H)
    assert verdict.case.true_loss < clinic.WELL and not verdict.case.well
    assert "memory" in repr(verdict)
    assert "<img alt=" in verdict._repr_html_()  # it changed something, so the curves are shown
    assert "<img alt=" not in clinic.Verdict(clinic.train(clinic.H))._repr_html_()


def code_of_patient_J(lines):
    """The lesson's own code of the last patient, with another end."""
    stub = CELLS["exercise-loss_and_gradients"].partition("    # your code here")[0]
    scope = {"np": np, "check": None}
    exec(stub.partition("import check")[2] + lines, scope)
    return scope["loss_and_gradients"]


def test_patient_J_has_the_four_faults_that_its_check_names():
    """As it stands in the lesson; each mended line takes one away, in the order of the checklist."""
    broken = code_of_patient_J("    return loss, gradients\n")
    assert (
        check("loss_and_gradients", broken, keep=False).mistake
        == "softmax-and-slope-and-states-and-start"
    )
    for args in expected_outcomes("loss_and_gradients")[0]:
        ours, theirs = broken(*args), clinic.J(*args)
        np.testing.assert_allclose(ours[0], theirs[0])
        for name, gradient in ours[1].items():
            np.testing.assert_allclose(gradient, theirs[1][name])


def test_first_aid_shows_one_fault_after_another(capsys):
    """The first loss, then three gradients together, then one alone, then none."""
    failing, order = [], list(mending.FAULTS)
    for first in range(len(order) + 1):
        clinic.first_aid(mending.with_faults(*order[first:]))
        said = capsys.readouterr().out
        assert ("first loss       77.28," in said) == (first > 0)
        assert ("another loss: True" in said) == (first == len(order))
        failing.append(re.findall(r"gradient of (\w+) +fails", said))
    names = ["Wxh", "Whh", "Why", "bh", "by"]
    assert failing == [names, ["Wxh", "Whh", "bh"], ["Whh"], [], []]
