"""The example notebook runs from top to bottom."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # What these libraries say of each other.
    import nbclient
    import nbformat

NOTEBOOK = Path(__file__).parent.parent.parent / "examples" / "notebook.ipynb"


@pytest.mark.filterwarnings("ignore")
def test_it_runs_and_shows_a_table_an_exam_a_picture_and_a_mistake(tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=300, resources=resources).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = [[output.get("data", output) for output in cell.outputs] for cell in cells]
    assert "attention-supervised" in shown[0][-1]["text/html"]
    assert "val_accuracy &gt;= 0.85" in shown[2][0]["text/html"]
    assert shown[4][0]["image/png"]
    assert shown[5][0]["text"] == (
        "task.use: no task is called 'persistense'. Did you mean 'persistence'?\n"
    )


def test_it_was_executed_when_it_was_saved():
    cells = [c for c in nbformat.read(NOTEBOOK, as_version=4).cells if c.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
