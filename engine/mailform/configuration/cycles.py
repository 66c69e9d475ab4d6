"""Circles in what needs what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

N = TypeVar("N")


def cycles(needs: Mapping[N, Iterable[N]]) -> tuple[tuple[N, ...], ...]:
    """Circles in a graph, each with all its members in order; no node is in two of them. Nodes named only as
    something needed are ignored. None: there is an order in which everything comes after what it needs."""
    left = {node: [other for other in needed if other in needs] for node, needed in needs.items()}
    found: list[tuple[N, ...]] = []
    while True:
        try:
            TopologicalSorter(left).prepare()
            return tuple(found)
        except CycleError as error:
            circle = dict.fromkeys(error.args[1])
            found.append(tuple(circle))
            left = {
                node: [other for other in needed if other not in circle]
                for node, needed in left.items()
                if node not in circle
            }


def in_order(needs: Mapping[N, Iterable[N]]) -> tuple[N, ...]:
    """The nodes, each after what it needs. There must be no circle (graphlib.CycleError otherwise)."""
    left = {node: [other for other in needed if other in needs] for node, needed in needs.items()}
    return tuple(TopologicalSorter(left).static_order())
