import { invalidParam, missingParam } from '../../../protocol/errors.ts';
import { DELAYED_ACTIONS, type DelayedAction } from '../../../realtime/index.ts';
import { customEndpoint, type Endpoint } from '../../endpoint.ts';
import { scheduleEvent } from './schedule.ts';

const UNSTABLE = '/_matrix/client/unstable/org.matrix.msc4140';

/** Puts an event off (MSC4140, as merged). */
const sendDelayedEvent = customEndpoint(
  {
    name: 'sendDelayedEvent',
    method: 'PUT',
    path: '/_matrix/client/v3/rooms/{roomId}/delayed_event/{eventType}/{txnId}',
    aliases: [`${UNSTABLE}/rooms/{roomId}/delayed_event/{eventType}/{txnId}`],
    auth: 'user',
    limit: 'message',
    bodySchema: {
      type: 'object',
      properties: {
        delay_ms: { type: 'integer' },
        delay: { type: 'integer' },
        state_key: { type: 'string' },
        content: { type: 'object' },
      },
      required: ['content'],
    },
  },
  (call) => {
    const { delay_ms: delayMs, delay, state_key: stateKey, content } = call.body;
    const given = delayMs ?? delay;
    if (given === undefined) throw missingParam('delay_ms is missing');
    const { roomId, eventType: type, txnId } = call.params;
    const state = stateKey === undefined ? {} : { stateKey };
    return scheduleEvent(call, { roomId, type, content, txnId, ...state }, given);
  },
);

const getDelayedEvents = customEndpoint(
  {
    name: 'getDelayedEvents',
    method: 'GET',
    path: '/_matrix/client/v1/delayed_events',
    aliases: [`${UNSTABLE}/delayed_events`],
    auth: 'user',
  },
  ({ requester, services }) => services.delayedEvents.list(requester.userNid),
);

const getDelayedEvent = customEndpoint(
  {
    name: 'getDelayedEvent',
    method: 'GET',
    path: '/_matrix/client/v1/delayed_events/{delayId}',
    aliases: [`${UNSTABLE}/delayed_events/{delayId}`],
    auth: 'user',
  },
  ({ params: { delayId }, requester, services }) => services.delayedEvents.get(requester.userNid, delayId),
);

/** Anybody who knows the ID may: a call's server acts for clients that have gone. */
const actOnDelayedEvent = customEndpoint(
  {
    name: 'actOnDelayedEvent',
    method: 'POST',
    path: '/_matrix/client/v1/delayed_events/{delayId}/{action}',
    aliases: [`${UNSTABLE}/delayed_events/{delayId}/{action}`],
    auth: 'none',
    limit: 'delayedEvent',
  },
  async ({ params: { delayId, action }, services }) => {
    await services.delayedEvents.act(delayId, requireAction(action));
    return {};
  },
);

/** The form of the proposal's first versions, which clients still use. */
const updateDelayedEvent = customEndpoint(
  {
    name: 'updateDelayedEvent',
    method: 'POST',
    path: '/_matrix/client/v1/delayed_events/{delayId}',
    aliases: [`${UNSTABLE}/delayed_events/{delayId}`],
    auth: 'none',
    limit: 'delayedEvent',
    bodySchema: { type: 'object', properties: { action: { type: 'string' } }, required: ['action'] },
  },
  async ({ params: { delayId }, body: { action }, services }) => {
    await services.delayedEvents.act(delayId, requireAction(action));
    return {};
  },
);

function requireAction(written: string): DelayedAction {
  const action = DELAYED_ACTIONS.find((known) => known === written);
  if (action === undefined) throw invalidParam(`action must be one of ${DELAYED_ACTIONS.join(', ')}`);
  return action;
}

export const delayedEventEndpoints: readonly Endpoint[] = [
  sendDelayedEvent,
  getDelayedEvents,
  getDelayedEvent,
  actOnDelayedEvent,
  updateDelayedEvent,
];
