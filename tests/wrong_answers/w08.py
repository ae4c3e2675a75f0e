"""Typical wrong answers to notebook 08, and a part of the hint that each gets."""

WRONG = {
    "08.1": [
        ("position = 3 * 32 * 4 + 5 * 4 + 2", "dealt out batch by batch"),
        ("position = 3 * 4 + 2", "the place within the row"),
        ("position = 5 * 128 + 2", "stands in batch 0 of row 5"),
        ("position = 5 * 128 + 3 * 4 + 3", "count the time steps from 0"),
        ("position = 5 * 128 + 2 * 4 + 2", "stands in row 5, batch 2, time step 2"),
        ("position = 3 * 4096 + 5 * 128 + 2", "The series has 4096 values"),
    ],
    "08.2": [
        ("lowest_loss = 5 / 8", "the fraction of the targets that can be known"),
        ("lowest_loss = 2 / 8", "would be 2 unknown targets of 8"),
        ("lowest_loss = 3", "counts targets"),
        ("lowest_loss = 0.5", "was for two back in windows of 4"),
        ("lowest_loss = 0.0", "needs every target to be known"),
        ("lowest_loss = 1.0", "always answering 0 gives 1 already"),
    ],
    "08.3": [
        ("next_state = state[0].detach()[:, :3]", "one tensor (1, 3, 8)"),
        ("h, c = state\nnext_state = (h[:, :3], c[:, :3])", "h and c still hang on the graph"),
        ("h, c = state\nnext_state = (h.detach()[:, :3], c[:, :3])", "c still hangs on the graph"),
        ("next_state = hidden.detach(state)", "it has 4 rows, the next batch has 3"),
        ("next_state = [part.detach()[:, :, :3] for part in state]", "that is not the rows'"),
        ("next_state = (torch.zeros(1, 3, 8), torch.zeros(1, 3, 8))", "that is a reset"),
        ("next_state = tuple(part.detach()[:, -3:] for part in state)", "is row 1 of the state"),
        (
            "h, c = hidden.truncate_batch(hidden.detach(state), 3)\nnext_state = (c, h)",
            "changed places",
        ),
    ],
}
