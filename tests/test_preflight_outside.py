"""Preflight on the corpus from outside: what can be seen before training is named, and no more."""

import warnings

import pytest
import torch

import rnnlab
from rnnlab.doctor import preflight as preflight_module
from tests.outside.preflights import FOLDERS, HERE, case_of

NOT_BEFORE = {  # mistakes that show in the loop alone
    "epochs_of_a_scheduler_counted_in_batches", "eval_in_the_middle_of_an_epoch",
    "graph_kept_for_an_old_state", "keyword_spotting_that_never_clears",
    "state_of_other_sentences", "update_of_leaves_by_hand",
}  # fmt: skip
NOT_SEEN = {"mean_with_the_padding"}  # a padded step counts as a step
FACTS = {"pretrained_words_that_stay"}  # right if it is meant
NAMED = {
    "attention_over_the_batch": "other examples",
    "decoder_that_reads_the_answer": "its future",
    "detached_and_thrown_away": "one batch",
    "every_step_against_the_last_target": "shapes",
    "final_states_viewed": "other examples",
    "first_output_left_at_zero": "predictions",
    "last_output_of_both_directions": "gradients",
    "loss_class_called_with_tensors": "loss",
    "loss_made_a_variable_of_its_own": "gradients",
    "loss_of_every_token": "loss",
    "one_hot_labels_in_one_row": "loss",
    "one_layer_for_two": "forward",
    "one_step_at_a_time_batch_as_time": "other examples",
    "optimizer_of_the_first_instance": "optimizer",
    "prediction_detached_to_fit": "gradients",
    "prices_as_they_are": "first loss",
    "probabilities_for_nll": "first loss",
    "rate_of_one": "one batch",
    "ratings_beside_a_column": "shapes",
    "relu_behind_the_last_layer": "first loss",
    "root_of_a_negative_flow": "first loss",
    "sequential_of_a_layer_that_returns_two": "forward",
    "squeezed_down_to_one_review": "last batch",
    "state_of_a_full_batch": "last batch",
    "state_without_its_layer_axis": "forward",
    "text_of_no_words": "forward",
    "token_above_vocabulary": "forward",
    "token_numbers_as_floats": "forward",
    "tokens_chosen_between_two_networks": "gradients",
    "translation_with_two_softmaxes": "first loss",
    "words_of_unequal_length_stacked": "inputs and targets",
    "words_where_time_is": "loss",
}
SCRIPTS = [(folder, name) for folder, recipes in FOLDERS.items() for name in recipes]


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "name"), SCRIPTS, ids=map("/".join, SCRIPTS))
def test_mistakes_are_named_and_correct_loops_are_not(folder, name, monkeypatch):
    monkeypatch.setattr(preflight_module, "SECONDS", 60.0)
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = rnnlab.preflight(*case_of(HERE / folder / f"{name}.py", FOLDERS[folder][name]))
    expected = {NAMED[name]} if folder == "mistakes" and name in NAMED else set()
    named = {check.name for check in report.faults}
    assert expected <= named, report
    assert expected or not named, report
    if folder == "mistakes" and name in FACTS:
        assert "is frozen" in str(report)


def test_every_mistake_is_either_named_or_not_to_be_seen():
    folders = {folder: {path.stem for path in (HERE / folder).glob("*.py")} for folder in FOLDERS}
    assert {*NAMED} | NOT_BEFORE | NOT_SEEN | FACTS == folders["mistakes"]
    assert len(NAMED) == 32
    assert folders["mistakes"] == {*FOLDERS["mistakes"]}
    assert folders["mended"] == {*FOLDERS["mended"]}
    assert folders["correct"] - {*FOLDERS["correct"]} == {"reinforce_with_memory"}  # no targets
