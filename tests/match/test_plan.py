"""Seeds and threads are the parent's to derive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tournament.config.load import load_config
from tournament.match.plan import all_wanted, derive_seed, make_plan


def config(tmp_path, entrants="a: {use: x}, b: {use: x}", more=""):
    path = tmp_path / "c.yaml"
    path.write_text(
        f"task: {{use: t}}\nentrants: {{{entrants}}}\n"
        f"criteria: {{every: 1, all: [m >= 1, {{any: [n >= 1, o < 2]}}]}}\n{more}"
    )
    return load_config(path, {}).config


def test_threads_are_cores_shared_among_the_trials(tmp_path):
    assert make_plan(config(tmp_path), tmp_path, cores=8).threads == 4
    assert make_plan(config(tmp_path), tmp_path, cores=2).threads == 1


def test_more_entrants_than_cores_all_start_with_one_thread_and_a_notice(tmp_path):
    plan = make_plan(config(tmp_path), tmp_path, cores=1)
    assert plan.threads == 1
    assert plan.notices == (
        "2 entrants share 1 cores: all start, 1 thread each, and slow each other down",
    )
    assert make_plan(config(tmp_path), tmp_path, cores=2).notices == ()


def test_the_config_may_fix_the_threads(tmp_path):
    assert make_plan(config(tmp_path, more="threads: 3"), tmp_path, cores=8).threads == 3


def test_an_entrant_keeps_its_seed_when_others_come_and_go(tmp_path):
    both = make_plan(config(tmp_path), tmp_path, cores=1).entries
    alone = make_plan(config(tmp_path, "b: {use: x}"), tmp_path, cores=1).entries
    assert both[1].seed == alone[0].seed
    assert both[0].seed != both[1].seed


def test_an_entrant_may_bring_its_own_seed(tmp_path):
    plan = make_plan(config(tmp_path, "a: {use: x, seed: 7}"), tmp_path, cores=1)
    assert plan.entries[0].seed == 7


@given(st.integers(0, 2**53 - 1), st.text(max_size=20))
def test_seeds_are_stable_small_enough_for_json_and_depend_on_both_parts(seed, trial):
    assert derive_seed(seed, trial) == derive_seed(seed, trial) < 2**48
    assert derive_seed(seed, trial) != derive_seed(seed + 1, trial)
    assert derive_seed(seed, trial) != derive_seed(seed, trial + "x")


def test_every_criterion_is_known_by_its_key(tmp_path):
    keys = all_wanted(config(tmp_path).criteria)
    assert [(k.key, k.metric) for k in keys] == [
        ("criteria.all.0", "m"),
        ("criteria.all.1.any.0", "n"),
        ("criteria.all.1.any.1", "o"),
    ]
