"""The reader's network: what it computes, what is trained, and how that is packed."""

from __future__ import annotations

import pytest
import torch

from eval.training.network import FROZEN_LAYERS, open_network, pack, tensors, unpack
from index.embedding.packaged_model import packaged_checkpoint
from tests.tiny_reader import decided_network, one_thread, write_tiny_checkpoint

IDS = ([0, 9, 10, 2, 2, 11, 2, 12, 13, 14, 2], [0, 9, 2, 2, 2, 15, 2], [0, 9, 10, 2, 2, 2, 2])
PASSAGES = (7, 5, 6)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    with one_thread():
        yield write_tiny_checkpoint(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def network(checkpoint):
    return decided_network(checkpoint)


@torch.inference_mode()
def read(network, ids, passages):
    return network(*tensors(ids, passages))


def test_ids_are_padded_to_the_longest():
    tokens, lengths, passages = tensors([[0, 5, 2], [0, 2]], [1, 1])
    assert tokens.tolist() == [[0, 5, 2], [0, 2, 1]]
    assert lengths.tolist() == [3, 2]
    assert passages.tolist() == [1, 1]


def test_padding_does_not_change_a_reading_and_a_batch_reads_as_one_by_one(network):
    together = read(network, IDS, PASSAGES)
    for row, (ids, passage) in enumerate(zip(IDS, PASSAGES, strict=True)):
        alone = read(network, [ids], [passage])
        assert together.start[row, : len(ids)] == pytest.approx(alone.start[0], abs=1e-4)
        assert together.end[row, : len(ids)] == pytest.approx(alone.end[0], abs=1e-4)
        assert together.answers[row].item() == pytest.approx(alone.answers.item(), abs=1e-4)
    tokens, lengths, passages = tensors(IDS[:1], PASSAGES[:1])
    wider = torch.cat([tokens, torch.full((1, 40), 1)], dim=1)
    with torch.inference_mode():
        padded = network(wider, lengths, passages)
    assert padded.answers == pytest.approx(together.answers[:1], abs=1e-4)
    assert padded.start[0, : len(IDS[0])] == pytest.approx(together.start[0], abs=1e-4)


def test_only_the_passage_and_the_null_answer_may_be_chosen(network):
    reading = read(network, IDS, PASSAGES)
    for row, (ids, passage) in enumerate(zip(IDS, PASSAGES, strict=True)):
        for logits in (reading.start[row], reading.end[row]):
            may = {at for at, value in enumerate(logits.tolist()) if value > -5000}
            assert may == {0, *range(passage, len(ids) - 1)}


def test_a_passage_without_words_has_a_reading(network):
    assert torch.isfinite(read(network, [IDS[2]], [PASSAGES[2]]).answers).all()


def test_the_question_makes_a_difference_to_the_passage(network):
    other = [0, 20, 21, *IDS[0][3:]]
    one, two = read(network, [IDS[0]], [7]), read(network, [other], [7])
    assert (one.start[0, 7:10] - two.start[0, 7:10]).abs().max() > 1e-3


def test_the_lower_layers_are_the_encoders_and_take_no_gradient(checkpoint, network):
    reading = network(*tensors(IDS, PASSAGES))
    (reading.answers.sum() + reading.start[:, 0].sum()).backward()
    trained = {id(p) for p in network.trained().parameters()}
    assert len(network.lower) == FROZEN_LAYERS
    assert len(network.upper) == 2
    for parameter in network.parameters():
        assert (id(parameter) in trained) == parameter.requires_grad
        assert (parameter.grad is not None) <= parameter.requires_grad
    assert all(p.grad is not None for p in network.upper.parameters())
    again = open_network(checkpoint)
    ours, theirs = network.lower.state_dict(), again.lower.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_the_table_of_words_is_no_part_of_what_is_saved_or_trained(network):
    assert not [name for name in network.state_dict() if "word" in name]


def test_the_network_is_the_encoders_transformer_as_far_as_that_goes(checkpoint):
    from transformers import BertModel

    transformer = BertModel.from_pretrained(checkpoint, add_pooling_layer=False).float().eval()
    same_as(transformer, open_network(checkpoint), IDS)


def same_as(transformer, network, ids):
    """The states before the heads, padded and masked, are the transformer's."""
    tokens, lengths, passages = tensors(ids, [1] * len(ids))
    mask = torch.arange(tokens.shape[1])[None] < lengths[:, None]
    seen = []
    network._heads = lambda states, text: seen.append(states)
    with torch.inference_mode():
        network(tokens, lengths, passages)
        expected = transformer(input_ids=tokens, attention_mask=mask.long()).last_hidden_state
    assert torch.allclose(seen[0][mask], expected[mask], atol=1e-3)


def test_packed_weights_come_back_within_half_a_step_of_eight_bits(checkpoint, network):
    packed = pack(network.trained().state_dict())
    before = network.trained().state_dict()
    other = decided_network(checkpoint, seed=6)
    unpack(other, packed)
    for name, value in other.trained().state_dict().items():
        if before[name].ndim < 2:
            assert torch.equal(value, before[name])
            continue
        assert packed[name].dtype == torch.int8
        step = before[name].abs().amax(dim=1, keepdim=True) / 127
        assert ((value - before[name]).abs() <= step / 2 + 1e-6).all()
    one, two = read(network, IDS, PASSAGES), read(other, IDS, PASSAGES)
    assert one.answers == pytest.approx(two.answers, abs=1.0)


def test_packing_what_was_unpacked_changes_nothing(checkpoint, network):
    packed = pack(network.trained().state_dict())
    unpack(network, packed)
    again = pack(network.trained().state_dict())
    assert packed.keys() == again.keys()
    for name, value in packed.items():
        assert torch.allclose(value.float(), again[name].float(), atol=1e-6)


def test_a_row_of_zeros_is_packed_too(network):
    with torch.no_grad():
        network.span.weight.zero_()
    unpack(network, pack(network.trained().state_dict()))
    assert not network.span.weight.any()


@pytest.mark.parametrize("spoil", ["span.bias", "span.weight.scale", "upper.0.output.dense.weight"])
def test_weights_that_lack_a_part_are_not_taken(network, spoil):
    packed = pack(network.trained().state_dict())
    del packed[spoil]
    with pytest.raises((RuntimeError, KeyError)):
        unpack(network, packed)


@pytest.mark.model
def test_on_the_packaged_encoder_the_network_is_its_transformer():
    from transformers import BertModel

    checkpoint = packaged_checkpoint()
    transformer = BertModel.from_pretrained(checkpoint, add_pooling_layer=False).float().eval()
    network = open_network(checkpoint)
    ids = [[0, 9842, 75161, 6, 2, 2, 1234, 2, 52345, 2], [0, 777, 2, 2, 2]]
    with torch.inference_mode():
        tokens = tensors(ids[:1], [1])[0]
        expected = transformer.embeddings(input_ids=tokens)
        assert torch.allclose(network.embeddings(input_ids=tokens), expected, atol=1e-3)
    same_as(transformer, network, ids)
