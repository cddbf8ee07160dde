"""Rules of hosts among ours: asked by order, then by name, whatever order they were registered in."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail import hooks

from wagtail_wpr.access import Answer, Reader, Rule, decide
from wagtail_wpr.access.rules import HOOK, rules


OURS = {"free": 100, "staff": 200, "registered": 300, "subscriber": 400, "grant": 600, "meter": 800, "wall": 900}

ANSWERS = {"passes": None, "grants": Answer.grant("host"), "refuses": Answer.refuse("host", wall="subscribe")}


def rule(rule_name: str, rule_order: int, says: str) -> type[Rule]:
    """Return the class of a rule that says the same of everything."""

    class HostRule(Rule):
        name = rule_name
        order = rule_order

        def decide(self, reader: Any, content: Any, prepared: Any) -> Answer | None:
            if says == "raises":
                raise RuntimeError("a host's rule is broken")
            return ANSWERS[says]

    return HostRule


HOSTS = st.lists(
    st.tuples(
        st.text("abcdef", min_size=1, max_size=6).map(lambda name: f"host-{name}"),
        st.integers(1, 899),
        st.sampled_from(["passes", "grants", "refuses", "raises"]),
    ),
    max_size=6,
    unique_by=lambda host: host[0],
)


@pytest.mark.django_db
class TestOrder:
    @given(hosts=HOSTS)
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_first_that_answers_decides_and_the_trace_is_in_order(self, article: Any, hosts: list[Any]) -> None:
        with ExitStack() as stack:
            for host in hosts:
                stack.enter_context(hooks.register_temporarily(HOOK, rule(*host)))
            expected = sorted([(order, name) for name, order in OURS.items()] + [(o, n) for n, o, _s in hosts])
            assert [(found.order, found.name) for found in rules()] == expected
            decision = decide(Reader.visitor(), article)
        says = {name: said for name, _order, said in hosts}
        answering = [name for _order, name in expected if says.get(name) in ("grants", "refuses")]
        last = answering[0] if answering else "wall"
        asked = [name for _order, name in expected]
        assert [step.rule for step in decision.trace] == asked[: asked.index(last) + 1]
        assert decision.granted is (says.get(last) == "grants")
        assert decision.reason == ("host" if answering else "visitor")
        assert decision.cost == 0
        failed = [step.rule for step in decision.trace if step.said == "failed"]
        assert failed == [name for name in asked[: asked.index(last)] if says.get(name) == "raises"]

    @given(hosts=HOSTS, data=st.data())
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_registering_in_another_order_changes_nothing(self, article: Any, hosts: list[Any], data: Any) -> None:
        def outcome(order: list[Any]) -> dict[str, Any]:
            with ExitStack() as stack:
                for host in order:
                    stack.enter_context(hooks.register_temporarily(HOOK, rule(*host)))
                return decide(Reader.visitor(), article).as_data()

        assert outcome(hosts) == outcome(data.draw(st.permutations(hosts)))
