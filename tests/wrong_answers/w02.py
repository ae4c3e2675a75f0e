"""Typical wrong answers to the exercises of notebook 02, and what their first hint says."""

STEP = "h_2 = torch.tanh({x} @ weight_ih.T + bias_ih + {h})"

WRONG = {
    "02.1": [
        ("h_2 = h_1", "Your h_2 is h_1"),
        (
            STEP.format(x="inputs[:, 1]", h="h_0 @ weight_hh.T + bias_hh"),
            "the state before it was zero",
        ),
        (STEP.format(x="x_1", h="h_1 @ weight_hh.T + bias_hh"), "has read -1.13 again"),
        (
            "h_2 = inputs[:, 1] @ weight_ih.T + bias_ih + h_1 @ weight_hh.T + bias_hh",
            "the sum before the tanh",
        ),
        (STEP.format(x="inputs[:, 1]", h="h_1 @ weight_hh + bias_hh"), "it is square"),
        (STEP.format(x="inputs[:, 1]", h="h_1 @ weight_hh.T"), "made without bias_hh"),
        (
            "h_2 = torch.tanh(inputs[:, 1] @ weight_ih.T + h_1 @ weight_hh.T)",
            "made without either bias",
        ),
        (STEP.format(x="inputs[:, 2]", h="h_1 @ weight_hh.T + bias_hh"), "not the step from h_1"),
        ("h_2 = rnn(inputs[:, :2])", "Your answer is a tuple"),
        ("h_2 = rnn(inputs[:, :2])[0]", "Your answer has the shape (2, 2, 3)"),
    ],
    "02.2": [
        ("last = deep_outputs[-1]", "all time steps of the last sequence"),
        ("last = deep_state", "the last states of all 2 layers"),
        ("last = deep_state[0]", "last state of the bottom layer"),
        ("last = deep_outputs[:, 0]", "the top layer at time step 0; the last"),
        ("last = deep_outputs[:, 4:]", "has the shape (2, 1, 3)"),
        ("last = deep_state.sum(0)", "which is no state of the top layer"),
    ],
    "02.3": [
        ("next_year = head(lstm(inputs)[0])", "You have (2, 5, 1): a prediction after each"),
        ("next_year = head(lstm(inputs)[1][0])", "the axis of the layers is still there"),
        ("next_year = lstm(inputs)[0][:, -1]", "It has not been read out"),
        ("next_year = head(lstm(inputs)[1][1][0])", "You have read out c"),
        ("next_year = head(lstm(inputs)[0][:, 0])", "the state after the first year"),
        ("next_year = head(lstm(inputs)[0][-1])", "has the shape (5, 1)"),
        ("next_year = head(lstm(inputs[:, -1:])[1][0][0])", "gives something else"),
        ("next_year = lstm(inputs)", "Your answer is a tuple"),
    ],
}
