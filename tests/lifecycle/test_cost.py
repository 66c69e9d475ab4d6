"""What an apply costs in calls is said before somebody agrees to it, and is what it then costs."""

from __future__ import annotations

from lifecycle.bench import Bench
from lifecycle.blocks import configuration, inbound, outbound, rule
from mailform.exits import Exit
from mailform.render.cost import Cost

FIRST = configuration(
    *(inbound(f"in{n}", f"In {n}") for n in range(4)),
    *(outbound(f"out{n}", f"Out {n}", 'connector_type = "OnPremises"') for n in range(3)),
    *(rule(f"r{n}", f"R {n}") for n in range(5)),
)
SECOND = configuration(
    *(inbound(f"in{n}", f"In {n}", 'comment = "new"') for n in range(3)),
    *(outbound(f"out{n}", f"Out {n}", 'connector_type = "OnPremises"', "enabled = false") for n in range(2)),
    *(rule(f"r{n}", f"R {n}", actions='{ prepend_subject = "[new] " }') for n in range(4)),
)


def test_a_story_costs_about_what_was_said(bench: Bench) -> None:
    for text in (FIRST, SECOND):
        bench.text = text
        planned = bench.plan()
        cost = Cost.of(planned.plan)
        listings = len(planned.plan.observed)
        assert bench.apply().exit is Exit.DONE
        assert bench.last is not None
        assert bench.writes() == cost.writes
        made = len(bench.last.log) - bench.writes()
        # beside that: planning's own listings, of which outbound connectors take four, and whether what is new shows
        assert abs(made - (listings + 3) - cost.reads) <= 10, (made, listings, cost)
