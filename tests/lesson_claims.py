"""What the prose of a lesson relies on, asserted after a cell, which is named by its id."""

CLAIMS = {
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
            "assert max(uncleared_losses[-5:]) > 10 and min(losses) < 0.2",
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
            'assert by_rate["0.5"][0] > 5 and min(by_rate["0.5"]) > 0.4',
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
    "09": {
        "a4": [
            "assert good[-1] < 0.2 < 1 < good[0]",
        ],
        "a85": [
            "assert len(set(losses)) == 1",
        ],
        "m2": [
            "assert round(norm.item(), 2) == 1.42",
            "assert moved == 0",
        ],
        "d4": [
            'assert [f.code for f in report.findings] == ["missing-step"]',
        ],
        "a87": [
            "assert losses == good",
            "assert report.findings == []",
        ],
        "m5": [
            "assert report.findings == []",
            "assert same[-1] < 0.03 < 0.15 < good[-1]",
        ],
        "m7": [
            "assert mse_loss(predictions, inputs) < 0.01 < 0.1 < mse_loss(predictions, targets)",
        ],
    },
    "09a": {
        "a7": [
            "assert state.shape == (1, 24, 8)",
            "assert moved.sum() == 32",
        ],
        "r-batch-first": [
            'assert [f.code for f in report.findings] == ["batch-first"]',
        ],
        "a9": [
            "assert state.shape == (1, 32, 8)",
            "assert moved.sum() == 1",
        ],
        "r-dtype-mismatch": [
            'assert [f.code for f in report.findings] == ["dtype-mismatch"]',
        ],
        "a13": [
            "assert outputs.dtype == torch.float32",
        ],
        "r-device-mismatch": [
            'assert [f.code for f in report.findings] == ["device-mismatch"]',
        ],
        "a17": [
            "assert outputs.device == device",
        ],
        "r-output-not-unpacked": [
            'assert [f.code for f in report.findings] == ["output-not-unpacked"]',
        ],
        "a31": [
            "assert predictions.shape == targets.shape",
        ],
        "a38": [
            'assert "Using a target size (torch.Size([32])) that is" in str(caught[0].message)',
            "assert abs(losses[-1] / variance - 1) < 0.05",
        ],
        "r-loss-broadcast": [
            'assert [f.code for f in report.findings] == ["loss-broadcast"]',
        ],
        "a40": [
            "assert fixed[-1] < 0.2 * variance",
        ],
        "a42b": [
            "assert loss > 5",
        ],
        "r-cross-entropy-axis": [
            'assert [f.code for f in report.findings] == ["cross-entropy-axis"]',
        ],
        "a44": [
            "assert loss < 1e-6",
        ],
        "r-target-dtype": [
            'assert [f.code for f in report.findings] == ["target-dtype"]',
        ],
        "a48": [
            "assert labels.dtype == torch.int64",
        ],
        "a50": [
            "assert round(cost, 3) == 2.358",
            "assert losses[-1] > cost",
        ],
        "r-softmax-before-cross-entropy": [
            'assert [f.code for f in report.findings] == ["softmax-before-cross-entropy"]',
        ],
        "a52": [
            "assert fast[-1] < 0.5 * losses[-1]",
            "assert cross_entropy(confident, labels) < 1e-6",
        ],
        "a133": [
            "assert abs(average / true - 4.33) < 0.01",
        ],
        "r-mean-of-batch-means": [
            'assert [f.code for f in report.findings] == ["mean-of-batch-means"]',
        ],
        "a135": [
            "assert abs(total / count - true) < 0.01",
        ],
    },
    "09b": {
        "a20": [
            "assert losses[-1] > losses[0]",
            "assert min(losses) < 0.24",
        ],
        "r-missing-zero-grad": [
            'assert [f.code for f in report.findings] == ["missing-zero-grad"]',
        ],
        "a22": [
            "assert good[-1] < 0.2 < losses[-1]",
        ],
        "a24": [
            "assert len(set(losses)) == 1",
        ],
        "r-zero-grad-after-backward": [
            'assert [f.code for f in report.findings] == ["zero-grad-after-backward"]',
        ],
        "a26": [
            "assert run(cleared_in_time) == good",
        ],
        "a55": [
            "assert len(set(losses)) == 1",
        ],
        "r-missing-backward": [
            'assert [f.code for f in report.findings] == ["missing-backward"]',
        ],
        "a57": [
            "assert all(p.grad.norm() > 0 for p in model.parameters())",
        ],
        "a69": [
            "assert reported == [0.0] * 5",
            "assert min(used) > 1",
        ],
        "r-clip-before-backward": [
            'assert [f.code for f in report.findings] == ["clip-before-backward"]',
        ],
        "a71": [
            "assert min(reported) > 1",
            "assert max(used) < 1.001",
        ],
        "a73": [
            "assert norm == 0",
            'assert "`parameters` is an empty generator" in str(caught[0].message)',
        ],
        "a75": [
            "assert clipped == plain",
            "assert plain[-1] > 1e12",
        ],
        "r-clip-after-step": [
            "assert len(report.findings) == 2",
            'assert report.findings[0].code == "clip-after-step"',
            'assert report.findings[1].code == "learning-rate-too-high"',
        ],
        "a77": [
            "assert in_place[-1] < in_place[0] < clipped[-1]",
        ],
        "a89": [
            "assert {*ended} == {'B', 'C'}",
            "assert len(set(ended['B'])) == 1",
        ],
        "r-step-before-backward": [
            'assert [f.code for f in report.findings] == ["step-before-backward"]',
        ],
        "a91": [
            "assert ended['C'] == good",
        ],
        "a141": [
            "assert torch.equal(first, second)",
        ],
        "r-eval-mode-while-training": [
            'assert [f.code for f in report.findings] == ["eval-mode-while-training"]',
        ],
        "a143": [
            "assert not torch.equal(first, second)",
        ],
        "a145": [
            "assert graph_size(a[0]) > 5 > graph_size(b[0])",
            "assert a[0] == a[1]",
            "assert b[0] != b[1]",
        ],
        "r-validation-builds-graph": [
            'assert [f.code for f in report.findings] == ["validation-builds-graph"]',
        ],
        "a147": [
            "assert both[0] == both[1]",
            'assert both[0] == rnnlab.evaluate(model, [(inputs, targets)], loss_fn="mse")',
            "assert graph_size(both[0]) == 0",
        ],
    },
    "09c": {
        "r-no-graph": [
            'assert [f.code for f in report.findings] == ["no-graph"]',
        ],
        "a35": [
            "assert model.readout.weight.grad.norm() > 0",
        ],
        "r-state-not-detached": [
            'assert [f.code for f in report.findings] == ["state-not-detached"]',
        ],
        "a109": [
            "assert two_batches(between=hidden.detach) < 1.25",
        ],
        "r-retain-graph": [
            'assert [f.code for f in report.findings] == ["retain-graph"]',
        ],
        "a113": [
            "once = two_batches(hidden.detach)",
            "assert once == two_batches(hidden.detach, retain_graph=True)",
        ],
        "r-lstm-state-is-a-tuple": [
            'assert [f.code for f in report.findings] == ["lstm-state-is-a-tuple"]',
        ],
        "a117": [
            "assert not any(part.requires_grad for part in hidden.detach((h, c)))",
        ],
        "r-state-batch-size": [
            'assert [f.code for f in report.findings] == ["state-batch-size"]',
        ],
        "a121": [
            "assert state.shape == lstm_state[0].shape == (1, 3, 8)",
        ],
        "a123": [
            "assert gradients[0][:-1] == [0.0] * 7",
        ],
        "r-detached-every-time-step": [
            'assert [f.code for f in report.findings] == ["detached-every-time-step"]',
        ],
        "a125": [
            "assert all(value > 0 for value in whole)",
        ],
        "a127": [
            "assert carried[-1] > reset[-1] + 0.1",
        ],
        "r-carried-and-shuffled": [
            'assert [f.code for f in report.findings] == ["carried-and-shuffled"]',
        ],
        "a129": [
            "assert in_order[-1] < 0.1 < reset[-1]",
        ],
        "s70": [
            "assert [nodes[-1] for nodes, _ in by_way.values()] == [294, 0, 0]",
            "assert len({total for _, total in by_way.values()}) == 1",
        ],
        "r-graph-kept": [
            'assert [f.code for f in report.findings] == ["graph-kept", "validation-builds-graph"]',
        ],
    },
    "09d": {
        "a59": [
            "assert rnn_gradient[0] < 1e-9 * rnn_gradient[-1]",
        ],
        "r-vanishing-gradient": [
            'assert [f.code for f in report.findings] == ["vanishing-gradient"]',
        ],
        "a61": [
            "assert open_gradient[0] > 0.01 * open_gradient[-1]",
        ],
        "a63": [
            "assert 5e9 < norm < 2e10",
        ],
        "r-exploding-gradient": [
            'assert [f.code for f in report.findings] == ["exploding-gradient"]',
        ],
        "a65": [
            "assert clipped < 1.001",
        ],
        "a79": [
            "assert norm.isnan()",
            "assert all(p.isnan().all() for p in model.parameters())",
        ],
        "r-nonfinite-gradient": [
            'assert [f.code for f in report.findings] == ["nonfinite-gradient"]',
        ],
        "a81": [
            "assert all(p.isfinite().all() for p in model.parameters())",
        ],
        "a93": [
            "assert moved == [True] * 4 + [False] * 2",
        ],
        "r-parameters-not-in-optimizer": [
            'assert [f.code for f in report.findings] == ["parameters-not-in-optimizer"]',
        ],
        "a95": [
            "assert moved == [True] * 6",
        ],
        "a97": [
            "assert rate_one[4] > 1000 * rate_one[0]",
            "assert rate_one[-1] != rate_one[-1]",
        ],
        "r-learning-rate-too-high": [
            "assert len(report.findings) == 2",
            'assert report.findings[0].code == "nonfinite-gradient"',
            'assert report.findings[1].code == "learning-rate-too-high"',
        ],
        "a99": [
            "assert fitting[-1] < 0.2",
        ],
        "a101": [
            "assert low[0] > low[-1] > 0.99 * low[0]",
        ],
        "r-learning-rate-too-low": [
            'assert [f.code for f in report.findings] == ["learning-rate-too-low"]',
        ],
        "a103": [
            "assert len(set(low)) == 60",
        ],
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
}
