"""A bridge made with mautrix, as it is: it echoes what people say, as a ghost of theirs, and says as themselves what
they ask it to.

Arguments: `register FOLDER PORT` writes its registration; `run FOLDER PORT HOMESERVER` runs it in that folder.
"""

import asyncio
import os
import sys

from mautrix.appservice import AppService
from mautrix.types import EventType, Membership, RoomCreatePreset

DOMAIN = "hs.test"
GHOST = "@_echo_"
REGISTRATION = """\
id: echo
url: http://127.0.0.1:{port}
as_token: token-of-the-bridge
hs_token: token-of-the-server
sender_localpart: echo_bot
rate_limited: false
de.sorunome.msc2409.push_ephemeral: true
push_ephemeral: true
namespaces:
  users:
  - regex: '@_echo_.*:hs\\.test'
    exclusive: true
  - regex: '@alice:hs\\.test'
    exclusive: false
  aliases:
  - regex: '\\#_echo_.*:hs\\.test'
    exclusive: true
"""


def register(folder: str, port: str) -> None:
    with open(os.path.join(folder, "echo.yaml"), "w") as file:
        file.write(REGISTRATION.format(port=port))


async def run(folder: str, port: str, homeserver: str) -> None:
    # Where the library keeps what it knows of rooms.
    os.chdir(folder)
    bridge = AppService(
        server=homeserver,
        domain=DOMAIN,
        as_token="token-of-the-bridge",
        hs_token="token-of-the-server",
        bot_localpart="echo_bot",
        id="echo",
        ephemeral_events=True,
    )

    async def make_user(user_id: str) -> dict:
        await bridge.intent.user(user_id).ensure_registered()
        return {"made": True}

    async def make_alias(alias: str) -> dict:
        await bridge.intent.create_room(
            alias_localpart=alias[1 : alias.index(":")],
            preset=RoomCreatePreset.PUBLIC,
            name="Made on demand",
        )
        return {"made": True}

    async def answer(event) -> None:
        is_invite = event.type == EventType.ROOM_MEMBER and event.content.membership == Membership.INVITE
        if is_invite and event.state_key.startswith(GHOST):
            await bridge.intent.user(event.state_key).ensure_joined(event.room_id)
        if event.type != EventType.ROOM_MESSAGE or event.sender.startswith(GHOST):
            return
        if event.content.body == "said by the bridge":
            return
        if event.content.body == "!puppet":
            await bridge.intent.user(event.sender).send_text(event.room_id, "said by the bridge")
            return
        name = event.sender[1 : event.sender.index(":")]
        ghost = bridge.intent.user(f"{GHOST}{name}:{DOMAIN}")
        await ghost.set_displayname(f"{name}, echoed")
        await ghost.send_text(event.room_id, f"echo: {event.content.body}")

    bridge.query_user = make_user
    bridge.query_alias = make_alias
    bridge.matrix_event_handler(answer)
    await bridge.start("127.0.0.1", int(port))
    await bridge.intent.ensure_registered()
    await bridge.ping_self("a-ping")
    bridge.ready = True
    print("the bridge runs", flush=True)
    await asyncio.Event().wait()


async def main() -> None:
    command, *args = sys.argv[1:]
    if command == "register":
        register(*args)
    else:
        await run(*args)


asyncio.run(main())
