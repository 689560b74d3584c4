"""Answers what Synapse would say, by Synapse's own modules.

Reads a question per line from standard input and writes an answer per line to standard output, both JSON:
{"ask": NAME, ...} and {"ok": ANSWER} or {"error": "TYPE: MESSAGE"}. NAME is that of a function in QUESTIONS; the other
keys are its arguments. Events are in the form in which servers exchange them; a room version is its identifier.
"""

import hashlib
import importlib.metadata
import json
import logging
import sys

from canonicaljson import encode_canonical_json
from signedjson.key import decode_signing_key_base64

from synapse import event_auth
from synapse.api.errors import SynapseError
from synapse.api.room_versions import KNOWN_ROOM_VERSIONS, StateResolutionVersions
from synapse.crypto import event_signing
from synapse.events import make_event_from_dict
from synapse.events.utils import validate_canonicaljson
from synapse.state import v1, v2
from synapse.storage.databases.main.event_federation import StateDifference
from synapse.synapse_rust.events import redact_event_dict
from synapse.util.json import json_decoder

logging.disable(logging.CRITICAL)


def synapse_version():
    return importlib.metadata.version("matrix-synapse")


# Canonical JSON, hashes, names, redaction and signatures


def canonical_json(text, strict):
    """The canonical form of JSON text; strict as from room version 6 on."""
    value = json_decoder.decode(text)
    if strict:
        validate_canonicaljson(value)
    return encode_canonical_json(value).decode()


def event_form(version, event, seed):
    """All that is computed from an event alone. seed: of the key that signs, 32 bytes in base64."""
    room_version = KNOWN_ROOM_VERSIONS[version]
    parsed = make_event_from_dict(event, room_version)
    key = decode_signing_key_base64("ed25519", "1", seed)
    signatures = event_signing.compute_event_signature(room_version, event, "signer.test", key)
    redacted = redact_event_dict(room_version, event)
    redacted.pop("unsigned", None)  # No part of the algorithm: whoever redacts fills it anew.
    return {
        "content_hash": event_signing.compute_content_hash(event, hashlib.sha256)[1].hex(),
        "reference_hash": event_signing.compute_event_reference_hash(parsed)[1].hex(),
        "event_id": parsed.event_id,
        "redacted": encode_canonical_json(redacted).decode(),
        "signature": signatures["signer.test"]["ed25519:1"],
    }


# Authorisation


def verdict(check):
    """What a check of Synapse says. A check that fails by accident lets the event in no more than one that says no."""
    try:
        check()
        return {"allowed": True}
    except SynapseError as error:
        return {"allowed": False, "reason": error.msg}
    except Exception as error:
        return {"allowed": False, "reason": str(error), "crash": type(error).__name__}


def judge(version, event, state, cited, rejected):
    """Whether an event is allowed: by the events that it cites, and by a state.

    state: the events of the state; cited: further events that the event may name in its auth_events; rejected: the IDs
    of those that were rejected.
    """
    room_version = KNOWN_ROOM_VERSIONS[version]
    try:
        judged = make_event_from_dict(event, room_version)
    except SynapseError as error:
        unreadable = {"allowed": False, "reason": error.msg}
        return {"selection": None, "by_cited": unreadable, "by_state": unreadable}
    state_events = parse_events(room_version, state, rejected)
    known = Events(state_events + parse_events(room_version, cited, rejected))
    try:
        selection = sorted(event_auth.auth_types_for_event(room_version, judged))
    except Exception:
        selection = None  # It cannot select for events that are malformed.
    return {
        "selection": selection,
        "by_cited": verdict(lambda: run(event_auth.check_state_independent_auth_rules(known, judged))),
        "by_state": verdict(lambda: event_auth.check_state_dependent_auth_rules(judged, state_events)),
    }


# State resolution


def resolve(version, events, states, rejected):
    """The state in which states meet, as [type, state_key, event_id]. states: lists of the same."""
    room_version = KNOWN_ROOM_VERSIONS[version]
    known = Events(parse_events(room_version, events, rejected))
    room_id = next(iter(known.by_id.values())).room_id
    state_sets = [{(kind, key): event_id for kind, key, event_id in state} for state in states]
    if room_version.state_res == StateResolutionVersions.V1:
        resolution = v1.resolve_events_with_store(room_id, room_version, state_sets, None, known.get_events)
    else:
        resolution = v2.resolve_events_with_store(Clock(), room_id, room_version, state_sets, None, known)
    return sorted([kind, key, event_id] for (kind, key), event_id in run(resolution).items())


# The room


def parse_events(room_version, events, rejected):
    parsed = [make_event_from_dict(event, room_version) for event in events]
    return [
        make_event_from_dict(json, room_version, rejected_reason="rejected") if event.event_id in rejected else event
        for json, event in zip(events, parsed)
    ]


class Events:
    """The events of a room, in the place of Synapse's database."""

    def __init__(self, events):
        self.by_id = {event.event_id: event for event in events}

    async def get_events(self, event_ids, redact_behaviour=None, get_prev_content=False, allow_rejected=False):
        found = {event_id: self.by_id[event_id] for event_id in event_ids if event_id in self.by_id}
        return {i: event for i, event in found.items() if allow_rejected or not event.rejected_reason}

    async def get_auth_chain_difference(self, room_id, state_sets, conflicted_set, _additional):
        """What Synapse takes from its index of auth chains: walked from end to end here."""
        chains = [self.auth_chain(state_set) for state_set in state_sets]
        difference = set.union(*chains) - set.intersection(*chains)
        subgraph = None if conflicted_set is None else self.conflicted_subgraph(conflicted_set)
        return StateDifference(auth_difference=difference, conflicted_subgraph=subgraph)

    def auth_chain(self, event_ids):
        """These events and all that they are based on."""
        chain, pending = set(), list(event_ids)
        while pending:
            event_id = pending.pop()
            if event_id not in chain and event_id in self.by_id:
                chain.add(event_id)
                pending.extend(self.by_id[event_id].auth_event_ids())
        return chain

    def conflicted_subgraph(self, conflicted):
        """The events on paths between conflicted events: those that lead to one, among those that one leads to."""
        reached = self.auth_chain(conflicted)
        return {i for i in reached if not conflicted.isdisjoint(self.auth_chain([i]))}


class Clock:
    async def sleep(self, duration):
        pass


def run(coroutine):
    """The result of a coroutine that never has to wait, as all of these are."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("It waits for something")


QUESTIONS = {f.__name__: f for f in (synapse_version, canonical_json, event_form, judge, resolve)}


def answer(question):
    try:
        return {"ok": QUESTIONS[question.pop("ask")](**question)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
