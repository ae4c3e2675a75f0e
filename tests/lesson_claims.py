"""What the prose of a lesson relies on, asserted after a cell, which is named by its id."""

from tests.gallery_claims import GALLERY

CLAIMS = GALLERY | {
    "01": {
        "a4": ["assert len(small_inputs) == 6"],
        "a11": ["assert round(moved.item(), 2) == 1.08"],
        "a24": [
            "assert (outputs.shape, state.shape) == ((32, 24, 8), (1, 24, 8))",
            "assert (moved[:6] > 0).all()",  # of the forgotten
        ],
        "a28": ["assert [len(x) for x, _ in batches] == [60, 60, 60, 44]"],
        "a30": ["assert [int(x[0, 0, 0]) for x, _ in streams] == [1700, 1724, 1748]"],
    },
    "02": {
        "b17": ["assert (moved[:4] == 0).all() and moved[4] > 0"],
        "b32": [
            "rows = [torch.stack([unit, sunspots, change]) for unit in last_years.T]",
            "r = [torch.corrcoef(row)[0] for row in rows]",
            "assert r[2][1] < -0.9 and r[3][1] < -0.9 and r[7][1] > 0.9",
            "assert [round(r[k][2].item(), 2) for k in (5, 6)] == [0.97, -0.88]",
        ],
        "b34": ["assert count == 72"],
        "b52": [
            "assert round(kept[3].item(), 3) == 0.035 and (kept < 0.002).sum() == 7",
            "f = forget[-60:].T",
            "r = [torch.corrcoef(torch.stack([f[k], sunspots]))[0, 1].item() for k in (0, 1, 4)]",
            "assert [round(one, 2) for one in r] == [0.92, 0.97, -0.98]",
        ],
    },
    "03": {
        "a3": ["assert 0.5 < loss < 1.5"],
        "a8": ["assert 3.0 < loss < 3.6"],
        "a21": [
            "plain = functional.cross_entropy(square_logits, square_targets)",
            "assert abs(plain - 3.3) < 0.1",
        ],
        "a28": ["assert differences.shape == (3, 3)"],
        "a38": ["assert round(cost, 3) == 2.358"],
        "a45": [
            "assert round(sum(losses) / 7, 3) == 4.931",
            "assert 10.5 < 4.931 / 0.450 < 11.5",
            "assert round(sum(n * x for n, x in zip(sizes, losses)) / 224, 3) == 0.450",
        ],
    },
    "04": {
        "a16": [
            "assert round(norms[0] / norms[-1], 6) == 8e-6",
            "assert round((norms[0] / norms[-1]) ** (1 / 23), 1) == 0.6",
        ],
        "a23": ["assert sum(part.norm() for part in parts) > weight_hh.grad.norm()"],
        "a35": [
            "assert max(losses[60:]) < 0.3 and min(uncleared_losses[:25]) < 0.5",
            "assert min(uncleared_norms[5:10]) > 5 and uncleared_norms[-1] > 100",
            "assert max(uncleared_losses[-5:]) > 10 * min(uncleared_losses[:25])",
            "assert min(losses) < 0.2",
        ],
    },
    "05": {
        "a6": [
            'assert 3e-16 < linear["radius 0.5"][0] < 3.2e-16',
            'assert 2e15 < linear["radius 1.5"][0] < 4e15',
            'assert 8e6 < linear["radius 1.5"][-1] < 9e6',
        ],
        "a13": [
            'assert 1.75 < tanh["radius 1.5"][0] < 1.85',
            'assert 0.245 < tanh["radius 1.5"][-1] < 0.255',
            'assert 35 < tanh["radius 1.0"][-1] / tanh["radius 1.0"][0] < 45',
        ],
        "a28": ["assert round(angle.item()) == 38"],
        "a32": [
            'assert torch.equal(ends["before backward"], ends["after step"])',
            'assert not torch.equal(ends["before backward"], ends["after backward"])',
        ],
        "a45": [
            "assert round(without.loss[6], 1) == 10",
            "assert [round(x, 1) for x in with_bound.loss[5:8]] == [0.4, 3.5, 0.4]",
            "assert 320 < with_bound.grad_norm[6] < 340",
            "assert with_bound.loss[-1] < 0.2",
        ],
    },
    "06": {
        "a10": ["assert round(moves[29], 3) == 0.958"],
        "a21": [
            "ih, hh = (sgd_change[name].abs().mean() for name in ('weight_ih', 'weight_hh'))",
            "assert 19 < ih / hh < 21",
            "assert all(abs(c.abs().mean() - 0.003) < 1e-5 for c in adam_change.values())",
        ],
        "a28": [
            'assert round(by_rate["0.01"][-1], 2) == 0.13',
            'assert round(by_rate["0.0001"][-1], 2) == 0.82',
            'assert by_rate["0.5"][0] > 5 and min(by_rate["0.5"]) > 2 * by_rate["0.01"][-1]',
        ],
        "a31": [
            "assert not runs[sgd, 0.5][-1] < 100",
            "assert round(runs[sgd, 0.003][-1], 2) == 0.52",
            "assert abs(runs[sgd, 0.1][-1] - 0.15) < 0.01",
            "assert abs(runs[adam, 0.003][-1] - 0.15) < 0.01",
            "assert abs(runs[rmsprop, 0.003][-1] - 0.15) < 0.01",
        ],
        "a37": ["assert len({*losses}) == 1 and losses[0] == '1.0028'"],
        "a41": [
            "assert other_losses == losses",
            "assert difference(model, other) > 0.01",
            "other_optimizer.step(); assert difference(model, other) == 0",
        ],
        "a43": ["assert round(sum(losses) / len(losses), 3) == 0.264"],
    },
    "07": {
        "a6": ["assert round(averages[-1], 4) == 0.2", "assert len(averages) == 10"],
        "a17": [
            "assert sizes == [36, 1]",
            "assert round(over_examples, 3) == 0.545",
            "assert round(sum(held_losses) / 2, 3) == 0.482",
        ],
        "a21": ["assert {round(loss, 4) for loss in order_averages} == {1.0456}"],
        "a23": [
            'assert {round(loss, 4) for loss in curves["step before backward"]} == {1.0456}',
            'assert curves["clip before backward"][-1] < 0.25 > curves["no zero_grad"][-1]',
            "assert round(clip_saw[1], 2) == 2.33",
        ],
        "a34": [
            "held = steps.history.validation_loss",
            "assert held == sorted(held, reverse=True)",
            "assert (round(held[0], 2), round(held[-1], 3)) == (2.18, 0.545)",
            "assert held[-1] == package",
        ],
    },
    "00": {
        "cell-01": [
            "off = lambda lab: lab._viewer.shown.task.rmse(lab._viewer.shown.task.one_step_ahead("
            "lab._viewer.shown.model))",
            "lab.clip = False; lab.run(); assert abs(off(lab) - 20.8) < 0.1",
            "lab.clip, lab.clip_norm = True, 0.1; lab.run(); assert abs(off(lab) - 22) < 0.1",
        ],
        "break": [
            "second.clip, second.clip_norm = True, 0.1; second.run()",
            "assert abs(off(second) - 21.9) < 0.1",
            "second.clip, second.learning_rate = False, 0.1; second.run()",
            "assert abs(off(second) - 21.7) < 0.1",
        ],
        "seeds": [
            "assert [round(error, 1) for error in errors] == [18.5, 18.7, 19.0, 20.2, 19.3]",
            "assert [round(e, 1) for e in task.baselines().values()] == [32.7, 19.2]",
        ],
        "in-the-open": [
            "assert round(task.rmse(task.one_step_ahead(model)), 1) == 21.0",
            "assert len(losses) == epochs",
        ],
    },
    "08": {
        "a15": [
            'assert fmean(losses["reset"][-32:]) < 0.6 < fmean(losses["carry, shuffled"][-32:])',
        ],
        "a27": [
            'assert torch.equal(through_time["with"][:-1], torch.zeros(3))',
            'assert (through_time["without"] > 0).all()',
            "by_hand, cut = (read_by_hand(model, inputs, None, d)[0] for d in (False, True))",
            "torch.testing.assert_close(by_hand, model(inputs)[0])",
            "torch.testing.assert_close(cut, by_hand)",
        ],
        "a29": [
            'assert averages["carry"][-1] < averages["reset"][-1]',
            'assert averages["reset"][-1] < averages["carry, shuffled"][-1]',
        ],
        "a43": [
            'assert by_window["window 8"][-1] < 0.06 < 0.9 < by_window["window 4"][-1]',
            'assert by_window["window 2"][-1] > 0.9',
        ],
        "a4": ["assert torch.equal(rows.flatten(0, 1), task.inputs)"],
    },
    "10": {
        "a9": [
            "assert choosing.validation_loss(probe) == run.history.validation_loss[-1]",
            "assert best_loss < 0.125 < 0.13 < run.history.validation_loss[-1]",
        ],
        "a15": [
            'assert task.rmse(ahead) < task.baselines()["persistence"]',
            "assert 26 < task.rmse(alone) < 34 < 59 < task.rmse(always_the_mean) < 60",
        ],
        "a18": [
            'assert co2.rmse(ahead) < co2.baselines()["AR(9)"]',
        ],
        "a22": [
            "assert likeness >= 0.95",
            "assert copies <= 0.30",
        ],
        "a38": [
            'assert own.rmse(ahead) < own.baselines()["persistence"]',
        ],
        "two-columns": [
            "last_week = own.values[own.split - 7 : -7]",
            "assert abs(own.rmse(last_week) - 51) < 0.5",
            "assert max(errors[2]) < 0.5 * min(errors[1])",
        ],
    },
    "10b": {
        "p-right": ['assert rnnlab.preflight(model, batches, "mse", optimizer).faults == []'],
        "p-three-run": [
            "named = {name: [fault.name for fault in reports[name].faults] for name in reports}",
            'assert named["batch_first left out"] == ["other examples", "its past"]',
            'assert named["half an optimizer"] == ["optimizer"]',
            'assert "readout.weight, readout.bias" in reports["half an optimizer"].faults[0].seen',
            'assert named["not scaled"] == ["first loss"]',
            "assert round(counted.max().item()) == 154",
        ],
        "p-both-run": [
            'assert losses["one way"] > 3 * losses["both ways"]',
            'assert [fault.name for fault in before.faults] == ["its future"]',
        ],
    },
}
