"""One stream, many observers, and a broken one harms nobody."""

from __future__ import annotations

import logging

import pytest

from shtairir.events import Event, EventBus, NodeStarted
from shtairir.ids import NodeId, PortRef, RunId

_EVENT = NodeStarted(RunId(1), 0.0, NodeId("a"), "inline")


class Listener:
    def __init__(self, breaks: bool = False) -> None:
        self.heard: list[Event] = []
        self.breaks = breaks

    def on_event(self, event: Event) -> None:
        if self.breaks:
            raise RuntimeError("observer is broken")
        self.heard.append(event)


def test_broken_observer_is_removed_and_the_others_still_hear(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    bus, broken, sound = EventBus(), Listener(breaks=True), Listener()
    bus.subscribe(broken)
    bus.subscribe(sound)
    bus.emit(_EVENT)
    broken.breaks = False
    bus.emit(_EVENT)
    assert broken.heard == []
    assert sound.heard == [_EVENT, _EVENT]


def test_unsubscribed_observer_hears_no_more() -> None:
    bus, listener = EventBus(), Listener()
    stop = bus.subscribe(listener)
    stop()
    bus.emit(_EVENT)
    assert listener.heard == []
    assert not bus.has_observers


@pytest.mark.parametrize("text", ["blur", "blur.", ".sigma", ""])
def test_text_that_names_no_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as NODE\.PORT"):
        PortRef.parse(text)


def test_node_id_may_hold_dots() -> None:
    assert PortRef.parse("a.b.out") == PortRef(NodeId("a.b"), PortRef.parse("x.out").port)
