"""What the prose of the gallery of mistakes, 09, relies on, as in `lesson_claims.py`."""

GALLERY = {
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
    "09e": {
        "e-setup": [
            "assert len(words) == 1421",
            'assert names.names[:2] == ("dann", "allyn")',
            "assert [len(word) for word in words[:2]] == [4, 5]",
        ],
        "r-unequal-lengths": [
            'assert [f.code for f in report.findings] == ["unequal-lengths"]',
            'assert report.findings[0].where.text.startswith("for letters, labels in batches")',
        ],
        "e-names-mended": [
            "assert letters.shape == (8, 9)",
            "assert lengths.tolist() == [len(word) for word in words[:8]]",
        ],
        "r-sequence-lengths": [
            'assert [f.code for f in report.findings] == ["sequence-lengths"]',
        ],
        "e-pack-mended": [
            "assert same.all()",  # ours
            "wrong = last_state(letters, lengths.sort(descending=True)[0])",
            "assert ((wrong - alone).abs().amax(dim=1) > 1e-3).all()",
        ],
        "e-table-run": [
            "assert read == 9",
            "assert (letters.min(), letters.max()) == (0, 26)",
            "assert max(word.max() for word in words[: 8 * read]) == 25",
        ],
        "r-embedding-index": [
            'assert [f.code for f in report.findings] == ["embedding-index"]',
        ],
        "e-both-run": [
            "assert outputs.shape == (8, 9, 32)",
            "assert nn.Linear(32, 2)(outputs).shape == (8, 9, 2)",
        ],
        "r-input-size": [
            'assert [f.code for f in report.findings] == ["input-size"]',
            'assert report.findings[0].fix == "nn.Linear(32, 2)"',
        ],
        "e-start-run": [
            "assert deep(features, torch.zeros(2, 8, 16))[1].shape == (2, 8, 16)",
        ],
        "r-state-shape": [
            'assert [f.code for f in report.findings] == ["state-shape"]',
            'assert "torch.zeros(2, 8, 16)" in report.findings[0].fix',
        ],
        "r-shape-mismatch": [
            'assert [f.code for f in report.findings] == ["shape-mismatch"]',
        ],
        "e-sum-mended": [
            "assert outputs.shape == (9, 9, 16)",
            "assert right.all()",  # unsqueezed
            "assert not (outputs + ends == own).all(dim=(1, 2)).any()",
        ],
        "r-loss-made-not-called": [
            'assert [f.code for f in report.findings] == ["loss-made-not-called"]',
            "made = nn.CrossEntropyLoss()",
            "assert torch.equal(made(scores, labels), cross_entropy(scores, labels))",
        ],
        "r-target-shape": [
            'assert [f.code for f in report.findings] == ["target-shape"]',
            "assert scores.squeeze(-1).shape == labels.shape == (8,)",
        ],
        "e-last-run": [
            "assert (len(letters), scores.shape) == (1, ())",
            "assert len(DataLoader(pairs[:33], batch_size=8, collate_fn=collate)) == 5",
            "for x, n, y in DataLoader(pairs[:32], batch_size=8, collate_fn=collate):\n"
            "    assert readout(last_state(x, n)).squeeze().shape == y.shape",
        ],
        "r-batch-axis-squeezed": [
            'assert [f.code for f in report.findings] == ["batch-axis-squeezed"]',
            "from rnnlab.base.say import language",
            'said = "squeeze() in line" if language() == "en" else "squeeze()"',
            "assert said in report.findings[0].what",
        ],
        "r-loss-not-scalar": [
            'assert [f.code for f in report.findings] == ["loss-not-scalar"]',
            "assert losses.shape == (8,)",
        ],
        "e-each-mended": [
            "(mean,) = torch.autograd.grad(losses.mean(), readout.weight, retain_graph=True)",
            "assert abs(gradient.norm() / mean.norm() - 8) < 1e-3",
        ],
        "e-dot-run": [
            "assert text.shape == (8, 24)",
            "assert (text[:, :-1] == 0).any(dim=1).all()",  # a dot in each row
        ],
        "r-changed-in-place": [
            'assert [f.code for f in report.findings] == ["changed-in-place"]',
            'assert report.findings[0].where.text == "state[now == 0] = 0"',
        ],
        "r-update-outside-no-grad": [
            'assert [f.code for f in report.findings] == ["update-outside-no-grad"]',
            'assert report.findings[0].where.text == "p -= 0.3 * gradient"',
        ],
        "e-hand-mended": [
            "assert len(set(renamed)) == 1 and renamed[0] == losses[0]",
            "assert losses[-1] < 0.3 * losses[0]",
        ],
    },
    "09f": {
        "f-setup": [
            "times = sunspots.series.times",
            "assert (len(words), times[0], times[-1]) == (1421, 1700, 2008)",
            "assert (past.shape, following.shape) == ((299, 10), (299, 1))",
            "assert abs(names.labels.double().mean() - 0.5) < 0.01",  # half of each list
        ],
        "f-windows-run": [
            "assert moved == 0",
            "assert mse_loss(predict(past), following) < 0.3 * following.var()",  # not bad
        ],
        "r-one-time-step": [
            'assert [f.code for f in report.findings] == ["one-time-step"]',
        ],
        "f-windows-mended": [
            "assert moved > 1",
        ],
        "f-time-run": [
            "assert abs(loss / variance - 1) < 0.05",
            "assert small.reshape(3, 2).tolist()[0] == [1, 2]",
        ],
        "r-reshape-for-transpose": [
            'assert [f.code for f in report.findings] == ["reshape-for-transpose"]',
        ],
        "f-time-mended": [
            "assert fixed < 0.3 * variance",
            "assert small.transpose(0, 1).tolist()[0] == [1, 10]",
        ],
        "f-date-run": [
            "assert abs(loss / variance - 1) < 0.05",
            "assert 0.08 < new_model(2, 1)[0].weight_ih_l0.abs().mean() < 0.15",  # a weight
        ],
        "r-inputs-not-scaled": [
            'assert [f.code for f in report.findings] == ["inputs-not-scaled"]',
            'assert "100%" in report.findings[0].what',  # each gate
        ],
        "f-date-mended": [
            "assert mse_loss(predict(with_date(date)), following) < 0.3 * variance",
        ],
        "f-air-run": [
            "assert 313 < next_month.min() and next_month.max() < 374",
            "assert len(air) * 5 == 85",
            "assert abs(predict(months)).max() < 0.2 * next_month.min()",  # far below each
            "assert next_month.mean() / (predicted / 85) > 1000",  # steps to the mean
            "assert abs(new_model(1, 1)[0](months)[0]).max() < 1",  # they start near 0
        ],
        "r-targets-not-scaled": [
            'assert [f.code for f in report.findings] == ["targets-not-scaled"]',
        ],
        "f-air-mended": [
            "assert off < 4 and abs(forecast.mean() - next_month.mean()) < 3",
        ],
        "f-lists-run": [
            "assert men > 0.95",
            "assert all((y == 1).all() for _, _, y in list(batches)[-20:])",
            "assert all((y == 0).all() for _, _, y in list(batches)[:20])",
        ],
        "r-sorted-by-class": [
            'assert [f.code for f in report.findings] == ["sorted-by-class"]',
        ],
        "f-lists-mended": [
            "assert 0.35 < share_of_men() < 0.65 and right > 0.75",
        ],
        "f-next-run": [
            "assert 0.05 < loss_of(*windows[:]) < 0.2",
            "assert answer.tolist() == line.tolist()",
        ],
        "r-target-is-input": [
            'assert [f.code for f in report.findings] == ["target-is-input"]',
        ],
        "f-next-mended": [
            "assert of_the_next > 3.3 > honest",
            "assert abs(honest - 2.4) < 0.15",
        ],
        "f-mean-run": [
            "assert alone > 0.6 and beside < alone - 0.15",
            'assert len("christopher") == 11 and len("katy") == 4',  # 7 of 11 are padding
        ],
        "r-mean-over-padding": [
            'assert [f.code for f in report.findings] == ["mean-over-padding"]',
        ],
        "f-mean-mended": [
            "assert alone > 0.6 and abs(alone - beside) < 1e-5",
        ],
        "f-end-run": [
            "assert right > 0.7 and beside < 0.6",
        ],
        "r-last-step-is-padding": [
            'assert [f.code for f in report.findings] == ["last-step-is-padding"]',
        ],
        "f-end-mended": [
            "assert right > 0.77 and abs(right - beside) < 0.003",
        ],
        "f-letters-run": [
            "assert loss < 0.75 * honest and counted > honest",  # that of the windows
            "assert round((letters[:, 1:] == 0).double().mean().item(), 2) == 0.51",
        ],
        "r-padding-in-loss": [
            'assert [f.code for f in report.findings] == ["padding-in-loss"]',
        ],
        "f-letters-mended": [
            "assert mended < counted - 0.1",
        ],
    },
    "09g": {
        "g-setup": [
            "assert past.shape == (285, 24, 1)",
            "assert following.shape == (285, 1)",
        ],
        "g-window-run": [
            "assert moved == 0",
            "assert abs(sticks / variance - 1) < 0.2",  # no better than the mean
            "text = 'The size of tensor a (24) must match the size of tensor b (32)'",
            "with rnnlab.expect_error(RuntimeError, text):\n"
            "    mse_loss(predict(past[:32]), following[:32])",
        ],
        "r-wrong-last-state": [
            'assert [f.code for f in report.findings] == ["wrong-last-state"]',
            'assert report.findings[0].where.text == "return readout(outputs[-1])"',
        ],
        "g-window-mended": [
            "assert moved == 23",
            "assert fixed < 0.2 * variance",
            "stack = nn.GRU(1, 16, num_layers=2, batch_first=True)",
            "outputs, h_n = stack(past)",
            "assert torch.allclose(outputs[:, -1], h_n[-1])",
            "assert not torch.allclose(outputs[:, -1], h_n[0], atol=0.01)",
            "two = nn.GRU(1, 16, batch_first=True, bidirectional=True)",
            "backward = two(past)[0][:, -1, 16:]",  # of the last outputs
            "assert torch.allclose(backward, two(past[:, -1:])[0][:, 0, 16:], atol=1e-6)",
        ],
        "g-twice-run": [
            "assert errors[:22].mean() < 0.06",
            "assert errors[-1] > 1.5 * errors[:-1].max()",  # the worst by far
        ],
        "r-future-seen": [
            'assert [f.code for f in report.findings] == ["future-seen"]',
            'assert report.findings[0].where.text.startswith("outputs, _ = gru(x)")',
        ],
        "g-twice-mended": [
            "assert one_way[-1] < 0.5 * errors[-1]",
            "assert one_way[:22].mean() > 2 * errors[:22].mean()",
        ],
        "g-weights-run": [
            "assert abs(alone - among) > 1",
            "assert abs(weights[0].sum() - 1) > 0.1",
            "assert torch.allclose(weights.sum(dim=0), torch.ones(24, 1))",
            "assert (score(gru(past[:1])[0]).softmax(dim=0) == 1).all()",
        ],
        "r-softmax-axis": [
            'assert [f.code for f in report.findings] == ["softmax-axis"]',
            "where = report.findings[0].where.text",
            'assert where.startswith("weights = score(outputs).softmax(dim=0)")',
        ],
        "g-weights-mended": [
            "assert abs(alone - among) < 1e-4",
        ],
        "g-half-run": [
            'assert "after all but last recurrent layer" in str(caught[0].message)',
            "assert torch.equal(first, second)",
            "assert gru.training",
        ],
        "r-dropout-without-effect": [
            'assert [f.code for f in report.findings] == ["dropout-without-effect"]',
            'assert report.findings[0].where.text.startswith("gru = nn.GRU(")',
        ],
        "g-half-mended": [
            "assert not torch.equal(first, second)",
            "assert 0.45 < share < 0.55",
        ],
        "g-negative-run": [
            "assert predict(past).min() == 0",
            "assert (following < 0).float().mean() > 0.5",  # more than half
        ],
        "r-outputs-cannot-reach": [
            'assert [f.code for f in report.findings] == ["outputs-cannot-reach"]',
            'assert "predict(x), y" in report.findings[0].where.text',
        ],
        "g-negative-mended": [
            "assert free < 0.5 * bounded",
        ],
        "g-up-run": [
            "assert more.sum() == 117",
            "assert yes == 285",
            "assert 0.5 <= probability.min() and probability.max() < 0.7311",
        ],
        "r-sigmoid-before-bce-with-logits": [
            'assert [f.code for f in report.findings] == ["sigmoid-before-bce-with-logits"]',
            'assert "score_of(x), y" in report.findings[0].where.text',
        ],
        "g-up-mended": [
            "assert falls < 0.6 * stuck",
            "assert abs(yes - 117) < 20",
        ],
        "g-below-run": [
            "assert below < 0",
            "assert answers[2] == 1",  # the third class, for a single window
            "assert labels.bincount()[2] == 82",
        ],
        "r-nll-without-log": [
            'assert [f.code for f in report.findings] == ["nll-without-log"]',
            'assert "probabilities_of(x), y" in report.findings[0].where.text',
        ],
        "g-below-mended": [
            "assert torch.allclose(*both)",  # log_softmax and nll_loss are cross_entropy
            "assert both[0] > 0",
            "assert answers[2] > 20",
        ],
        "g-three-run": [
            "assert guessed[1] > 1.5 * labels.bincount()[1]",
            "assert guessed[1] > 2 * (guessed[0] + guessed[2])",
        ],
        "r-regression-on-class-numbers": [
            'assert [f.code for f in report.findings] == ["regression-on-class-numbers"]',
            'assert "labels.float()" in report.findings[0].where.text',
        ],
        "g-three-mended": [
            "assert by_class > right + 0.1",
        ],
        "g-cell-run": [
            "assert errors[0] > 2 * errors[1:].max()",
            "assert (predict(years)[0] == 0).all()",
            "assert (predict(years)[1:] != 0).all()",
        ],
        "r-rows-never-filled": [
            'assert [f.code for f in report.findings] == ["rows-never-filled"]',
            'assert report.findings[0].where.text == "return mse_loss(predict(years), years)"',
        ],
        "g-cell-mended": [
            "assert computed < 0.9 * errors.mean()",
        ],
    },
    "09h": {
        "four-parts-run": [
            "assert torch.equal(outputs, train_in_parts(changed, targets))",
            "assert not torch.equal(outputs, train_in_parts(0 * inputs, targets))",
        ],
        "r-accumulated-gradients-cleared": [
            'assert [f.code for f in report.findings] == ["accumulated-gradients-cleared"]',
            'assert "optimizer.zero_grad()" in report.findings[0].where.text',
        ],
        "numpy-between-run": [
            "pairs = zip(model.parameters(), before, strict=True)",
            "assert [torch.equal(now, then) for now, then in pairs] == [True] * 4 + [False] * 2",
            "assert good[-1] < 0.5 * losses[-1] < losses[-1] < losses[0]",
        ],
        "r-part-cut-from-graph": [
            'assert [f.code for f in report.findings] == ["part-cut-from-graph"]',
            'assert "self.picture = outputs.detach().numpy()" in report.findings[0].where.text',
        ],
        "parts-again-run": [
            "assert abs(in_four - whole[0.2]) < 1e-4 < 0.01 < abs(in_four - whole[0.05])",
        ],
        "r-accumulation-not-divided": [
            'assert [f.code for f in report.findings] == ["accumulation-not-divided"]',
            'assert report.findings[0].severity == "note"',
        ],
        "vectors-run": [
            "assert torch.equal(embedding.weight, vectors) and not embedding.weight.requires_grad",
        ],
        "r-frozen-parameters": [
            'assert [f.code for f in report.findings] == ["frozen-parameters"]',
            'assert report.findings[0].severity == "note"',
        ],
        "vectors-free": [
            "assert not torch.equal(free.weight, vectors)",
            "assert train_letters(free) < loss - 0.05",
        ],
        "in-a-function-run": [
            "assert abs(move - 0.01) < 1e-4 and right_move < 0.002",
            "assert fixed[-1] < losses[-1]",
        ],
        "r-optimizer-made-anew": [
            'assert [f.code for f in report.findings] == ["optimizer-made-anew"]',
        ],
        "a-helper-run": [
            "slow, fast = (run(right, SGD, learning_rate=rate)[-1] for rate in (0.1, 0.2))",
            "assert abs(losses[-1] - fast) < 1e-4 < 0.005 < slow - fast",
        ],
        "r-stepped-twice": [
            'assert [f.code for f in report.findings] == ["stepped-twice"]',
        ],
        "every-two-epochs-run": [
            "assert len(list(sunspots.batches(seed=0))) == 7",
            "assert max(after[1:]) - min(after[1:]) < 1e-3 and after[0] - after[-1] < 2e-3",
        ],
        "r-scheduler-per-batch": [
            'assert [f.code for f in report.findings] == ["scheduler-per-batch"]',
        ],
        "every-two-epochs-right": [
            "assert fixed < 0.5 * after[-1]",
            "assert abs(scheduler.get_last_lr()[0] / 3e-5 - 1) < 1e-6",
        ],
        "longer-run": [
            "assert len(set(losses[20:])) == 1 and len(losses[20:]) == 40",
            "assert losses[19] > 0.8 > 0.2 > good[-1]",
        ],
        "r-learning-rate-becomes-zero": [
            'assert [f.code for f in report.findings] == ["learning-rate-becomes-zero"]',
            'assert "scheduler = LinearLR" in report.findings[0].where.text',
        ],
        "a-cell-run": [
            "assert years == 1 and (forecast(changed)[:, 0] != forecast(inputs)[:, 0]).any()",
            "assert good[-1] < 0.6 * loss",
        ],
        "r-state-not-passed-on": [
            'assert [f.code for f in report.findings] == ["state-not-passed-on"]',
        ],
        "in-between-run": [
            "assert len({validate() for _ in range(5)}) == 5",
        ],
        "r-train-mode-in-validation": [
            'assert [f.code for f in report.findings] == ["train-mode-in-validation"]',
        ],
        "in-between-right": [
            "assert len(set(quiet)) == 1 and quiet[0] < 0.9 * sum(noisy) / 100",
        ],
    },
}
