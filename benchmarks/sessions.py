"""Visitors of the dashboard without a browser: the page's own messages over real sockets."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LIMIT_S = 20.0
"""Seconds after which a page that has not been sent counts as an error."""

AGAIN = ForwardMsg.FINISHED_EARLY_FOR_RERUN
WHOLE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass(slots=True)
class Visits:
    """What visitors met: milliseconds of each move, and how many pages went wrong."""

    moves: list[float] = field(default_factory=list)
    errors: int = 0


@dataclass(slots=True)
class Lever:
    """The lag slider as the server sent it; its part of the page runs alone."""

    id: str = ""
    fragment: str = ""
    step: float = 0.5
    value: float = 0.0
    faults: int = 0


async def visits(address: str, visitors: int, moves: int, think_s: float) -> Visits:
    """Visitors who all come at once, then each move the slider and think, and move again."""
    found = Visits()
    async with asyncio.TaskGroup() as group:
        for place in range(visitors):
            group.create_task(_visit(address, found, place, moves, think_s))
    return found


async def _visit(address: str, found: Visits, place: int, moves: int, think_s: float) -> None:
    stream = address.replace("http", "ws") + "/_stcore/stream"
    async with websockets.connect(stream, subprotocols=["streamlit"], max_size=None) as link:
        _answer_quickly(link)
        lever = Lever()
        hello = BackMsg()
        hello.rerun_script.page_name = "adjust"
        await link.send(hello.SerializeToString())
        await _page(link, lever)
        for move in range(moves):
            await asyncio.sleep(think_s * (0.5 + ((place * 7 + move * 3) % 11) / 10))
            started = time.perf_counter()
            # No two visitors ask for the same lag: what one asks is never ready for another.
            lever.value += lever.step * (1 + place % 5)
            await link.send(_moved(lever).SerializeToString())
            before = lever.faults
            try:
                await asyncio.wait_for(_page(link, lever), LIMIT_S)
            except TimeoutError:
                lever.faults += 1
            found.moves.append((time.perf_counter() - started) * 1e3)
            found.errors += lever.faults > before


def _answer_quickly(link: Any) -> None:
    """Without it the system waits 40 ms before it says that a message has come."""
    quick = getattr(socket, "TCP_QUICKACK", None)
    if quick is not None:
        link.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, quick, 1)


def _moved(lever: Lever) -> BackMsg:
    asked = BackMsg()
    asked.rerun_script.page_name = "adjust"
    asked.rerun_script.fragment_id = lever.fragment
    state = asked.rerun_script.widget_states.widgets.add()
    state.id = lever.id
    state.double_array_value.data.append(lever.value)
    return asked


async def _page(link: Any, lever: Lever) -> None:
    """Read messages until the server has sent the page in full; note the slider and faults."""
    while True:
        message = ForwardMsg.FromString(await link.recv())
        kind = message.WhichOneof("type")
        if kind == "delta":
            _note(message.delta, lever)
        elif kind == "script_finished" and message.script_finished != AGAIN:
            lever.faults += message.script_finished not in WHOLE
            return


def _note(delta: Any, lever: Lever) -> None:
    element = delta.new_element
    kind = element.WhichOneof("type")
    if kind == "slider" and element.slider.label.startswith("Onset lag"):
        lever.id, lever.fragment = element.slider.id, delta.fragment_id
        lever.value = lever.value or element.slider.default[0]
    elif kind == "exception" or (kind == "alert" and element.alert.format == element.alert.ERROR):
        lever.faults += 1
