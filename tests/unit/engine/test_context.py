import pytest

from windlass.coordinator.engine.context import names_in


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("plain", set()),
        ("{{ inputs.a }}", set()),
        ("{{ tasks.a }} and {{ tasks.b_2 + tasks?.c }}", {"a", "b_2", "c"}),
        ("{{ tasks . a }}", {"a"}),
        ("{{ tasks['a'] }}", None),
        ("{{ keys(tasks) }}", None),
        ("{{ tasks.a + join(tasks) }}", None),
    ],
)
def test_the_outputs_a_template_may_ask_for_are_never_too_few(
    template: str, names: set[str] | None
) -> None:
    assert names_in([template]) == names
