"""The training dashboard: what it shows is so, and what it trains is what one long call trains."""

import asyncio
import re
import signal
import threading
import time
import tracemalloc

import numpy as np
import pytest

from course.texts import DICKINSON
from course.widgets import loss_chart, training_dashboard
from course.widgets.live_training import Training, beside_baselines, next_entry, summary
from rnn_core import RNN

LADDER = {"uniform": 3.09, "2-gram": 1.19, "3-gram": 0.55}


def network(hidden_size=16):
    return RNN(None, hidden_size, 25, seed=1)


def in_one_call(iterations, **sizes):
    rnn = network(**sizes)
    return rnn, rnn.train(DICKINSON, iterations, report=None)


def run(scenario):
    """Run an async scenario as cells of a notebook run: in a loop of the main thread."""
    return asyncio.run(scenario())


async def until(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        await asyncio.sleep(0.002)


# The plain training ------------------------------------------------------------------------


def test_slices_are_one_long_call():
    expected, losses = in_one_call(1300)
    training = Training(network(), DICKINSON, 1300)
    while training.done < training.goal:
        training.advance(0.003)
    assert np.array_equal(training.losses, losses)
    assert all(
        np.array_equal(training.model.parameters[name], expected.parameters[name])
        for name in expected.parameters
    )
    assert [done for done, _ in training.diary] == [1, 100, 200, 500, 1000]


def test_the_diary_leaves_the_networks_dice_alone():
    training = Training(network(), DICKINSON, 120)
    while training.done < training.goal:
        training.advance()
    expected, _ = in_one_call(120)
    assert training.model.generate("H", 50) == expected.generate("H", 50)


def test_next_entry():
    entries, done = [], 0
    while done < 20000:
        done = next_entry(done)
        entries.append(done)
    assert entries == [1, 100, 200, 500, 1000, 2000, 5000, 10000, 20000]
    assert next_entry(99) == 100 and next_entry(501) == 1000


def test_an_interrupt_keeps_what_was_done(monkeypatch):
    training = Training(network(), DICKINSON, 500)
    training.advance()
    backward, calls = training.model.backward, []

    def interrupted(*args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return backward(*args)

    monkeypatch.setattr(training.model, "backward", interrupted)
    training._slice = 50
    with pytest.raises(KeyboardInterrupt):
        training.advance()
    assert training.done == training.model.iteration == 3
    assert np.array_equal(training.losses, in_one_call(3)[1])


@pytest.mark.parametrize(
    "loss, said",
    [
        (4.0, ", above all baselines"),
        (3.0, ", below uniform"),
        (0.6, ", below 2-gram"),
        (0.01, ", below 3-gram"),
    ],
)
def test_where_a_loss_stands(loss, said):
    assert beside_baselines(loss, LADDER) == said
    assert beside_baselines(loss, {}) == ""


def test_chart_and_words_agree_with_the_losses():
    training = Training(network(), DICKINSON, 2000)
    assert "0 of 2,000 iterations" in summary(training, LADDER)
    assert "waiting" in loss_chart.loss_chart(training, LADDER)
    while training.done < training.goal:
        training.advance(0.02)
        weights = 0.99 ** np.arange(training.done)[::-1]
        trend = np.average(training.losses, weights=weights)
        assert f"loss {trend / 25:.2g} nats per character" in summary(training, LADDER)
        chart = loss_chart.loss_chart(training, LADDER)
        alt = re.search('aria-label="([^"]*)"', chart).group(1)
        assert f"after {training.done:,} of 2,000" in alt and f"at {trend / 25:.2g} nats" in alt
        assert all(f">{name}<" in chart for name in LADDER)
        assert "nan" not in chart and len(chart) < 40_000


def test_a_chart_of_numbers_that_are_none():
    training = Training(network(), DICKINSON, 10)
    training._add([80.0, 1e308, np.inf, np.nan])
    assert "nan" not in re.sub("aria-label=.*?>", "", loss_chart.loss_chart(training, LADDER))


# The box -----------------------------------------------------------------------------------


def test_pause_resume_and_stop():
    async def scenario():
        panel = training_dashboard(network(), DICKINSON, 3000, LADDER)
        assert panel.state == "ready" and not panel.controls["start"].disabled
        assert panel.controls["pause"].disabled and panel.controls["stop"].disabled
        panel.controls["start"].click()
        await until(lambda: panel.training.done > 100)
        assert panel.controls["start"].disabled and "Training." in panel.words.value
        pressed = time.monotonic()
        panel.controls["pause"].click()
        await until(lambda: panel.state == "paused")
        assert time.monotonic() - pressed < 1
        done = len(panel.losses)
        await asyncio.sleep(0.2)
        assert len(panel.losses) == done == panel.model.iteration
        assert f"Paused after {done:,}" in panel.words.value
        assert f"{done:,} of 3,000" in panel.progress.value and f"after {done:,} " in (
            panel.chart.value
        )
        assert panel.controls["start"].description == "Resume"
        assert len(panel.model.generate("Hope", 30)) == 30
        panel.controls["start"].click()
        await until(lambda: panel.state == "finished")
        assert np.array_equal(panel.losses, in_one_call(3000)[1])
        assert "3,000 of 3,000" in panel.progress.value and 'aria-valuenow="100"' in (
            panel.progress.value
        )
        assert "Hope is the thing" in panel.spoken.value
        panel.controls["start"].click()
        await until(lambda: panel.training.done > 3100)
        panel.controls["stop"].click()
        await until(lambda: panel.state == "stopped")
        done = panel.model.iteration
        await asyncio.sleep(0.2)
        assert panel.model.iteration == done == len(panel.losses) < panel.training.goal == 6000
        assert panel.model.generate("Hope", 5) and panel.message.value == ""

    run(scenario)


def test_presses_from_another_thread():
    """JupyterLab sends them through a subshell of the kernel."""

    async def scenario():
        panel = training_dashboard(network(), DICKINSON, 2000)
        here, seen = threading.get_ident(), set()
        train = panel.model.train

        def watched(*args, **named):
            seen.add(threading.get_ident())
            return train(*args, **named)

        panel.model.train = watched

        def restless():
            for name in ("start", "pause", "start", "start", "pause", "pause", "start"):
                panel.controls[name].click()
                time.sleep(0.03)

        thread = threading.Thread(target=restless)
        thread.start()
        await until(lambda: panel.state == "finished" and not thread.is_alive())
        assert seen == {here}
        assert np.array_equal(panel.losses, in_one_call(2000)[1])

    run(scenario)


def test_hammering_breaks_nothing():
    async def scenario():
        panel = training_dashboard(network(4), DICKINSON, 5000, LADDER)
        rng, names = np.random.default_rng(0), list(panel.controls)

        async def hammer(presses):
            for name in rng.choice(names, presses):
                panel.controls[name].click()
                if rng.random() < 0.03:
                    await asyncio.sleep(0.001)
            panel.stop()
            await asyncio.sleep(0.2)

        await hammer(200)
        tracemalloc.start()
        await hammer(800)
        grown = tracemalloc.get_traced_memory()[0]  # the losses themselves among it
        tracemalloc.stop()
        assert grown < 1_000_000
        assert panel.state in ("stopped", "finished") and panel.message.value == ""
        done = panel.model.iteration
        assert done == len(panel.losses) > 0
        assert np.array_equal(panel.losses, in_one_call(done, hidden_size=4)[1])
        await asyncio.sleep(0.1)
        assert panel.model.iteration == done

    run(scenario)


def test_one_trains_at_a_time():
    async def scenario():
        one = training_dashboard(network(), DICKINSON, 10**5)
        other = training_dashboard(network(), DICKINSON, 10**5)
        one.start()
        await until(lambda: one.training.done)
        other.start()
        await until(lambda: other.training.done)
        assert one.state == "paused" and other.state == "training"
        training_dashboard(network(), DICKINSON, 10)  # its cell is run again
        assert other.state == "paused"

    run(scenario)


def test_trouble_is_a_sentence_in_the_box():
    async def scenario():
        panel = training_dashboard(network(), "Hope", 100)
        panel.controls["start"].click()
        await until(lambda: panel.message.value)
        assert "too short" in panel.message.value and panel.state == "ready"
        panel = training_dashboard(network(), DICKINSON, 10**5)
        panel.start()
        await until(lambda: panel.training.done)
        panel.model.Why[0, 0] = np.nan
        await until(lambda: panel.message.value)
        assert "loss is nan" in panel.message.value and panel.state == "stopped"
        assert len(panel.losses) == panel.model.iteration

    run(scenario)
    with pytest.raises(ValueError, match="1 or more"):
        training_dashboard(network(), DICKINSON, 0)


def test_without_a_loop_it_says_what_is_missing():
    panel = training_dashboard(network(), DICKINSON, 100)
    panel.controls["start"].click()
    assert "event loop of a notebook" in panel.message.value


@pytest.mark.parametrize("batch_size", [None, 4])
def test_it_costs_a_tenth_at_most(batch_size):
    """Time of this thread alone, so that a busy machine does not count."""

    async def scenario():
        panel = training_dashboard(network(64), DICKINSON, 3000, LADDER, batch_size)
        train, spent = panel.model.train, []

        def timed(*args, **named):
            begin = time.thread_time()
            result = train(*args, **named)
            spent.append(time.thread_time() - begin)
            return result

        panel.model.train = timed
        begin = time.thread_time()
        panel.start()
        await until(lambda: panel.state == "finished", 120)
        whole = time.thread_time() - begin
        share = 1 - sum(spent) / whole
        print(f"{share:.1%} of {whole:.2f} s went into the dashboard")
        assert share < 0.10

    run(scenario)


def test_unrun_it_says_what_running_brings():
    panel = training_dashboard(network(), DICKINSON, 10)
    assert repr(panel).startswith("Run this cell to train the network live")


# In a kernel -------------------------------------------------------------------------------

CELLS = """
import sys; sys.path[:0] = {paths!r}
from course import widgets
from course.texts import DICKINSON
from rnn_core import RNN
panel = widgets.training_dashboard(RNN(None, 64, 25, seed=1), DICKINSON, 10**6)
panel.start()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals are sent another way here")
def test_the_kernel_answers_while_it_trains_and_its_interrupt_pauses():
    from jupyter_client.manager import start_new_kernel

    from solutions import NOTEBOOKS, ROOT

    manager, client = start_new_kernel(kernel_name="python3")
    try:

        def ask(code):
            found = client.execute_interactive(
                "pass", user_expressions={"it": code}, timeout=20, silent=True
            )
            answer = found["content"]["user_expressions"]["it"]
            assert answer["status"] == "ok", answer
            return answer["data"]["text/plain"].strip("'")

        client.execute_interactive(
            CELLS.format(paths=[str(ROOT), str(NOTEBOOKS)]),
            timeout=60,
            output_hook=lambda message: None,
        )
        time.sleep(0.5)
        begin = time.monotonic()
        first, state = int(ask("panel.training.done")), ask("panel.state")
        assert state == "training" and first > 0 and time.monotonic() - begin < 2
        assert len(ask("panel.model.generate('Hope', 9)")) >= 9
        time.sleep(0.3)
        assert int(ask("panel.training.done")) > first
        for _ in range(5):  # it may fall between two slices, while the kernel is answering
            manager.interrupt_kernel()
            time.sleep(0.4)
            if ask("panel.state") == "paused":
                break
        assert ask("panel.state") == "paused" and "Interrupted" in ask("panel.words.value")
        done = int(ask("len(panel.losses)"))
        assert done == int(ask("panel.model.iteration"))
        ask("panel.resume()")
        time.sleep(0.5)
        assert int(ask("len(panel.losses)")) > done
        ask("panel.stop()")
        time.sleep(0.3)
        assert ask("panel.state") == "stopped"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
