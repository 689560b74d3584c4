import {
  acceptInvite,
  exchangeThirdPartyInvite,
  makeMembership,
  redeemThirdPartyInvites,
  sendJoin,
  sendKnock,
  sendLeave,
} from '../../federation/index.ts';
import { ownValue } from '../../protocol/json-values.ts';
import type { Endpoint } from '../endpoint.ts';
import { booleanQuery } from '../request-values.ts';
import { customFederationEndpoint, federationEndpoint } from './federation-endpoint.ts';

/** Servers from before room versions say none. */
const FIRST_VERSION = ['1'];

/** Gives a server the event with which its user joins. */
const makeJoin = federationEndpoint('makeJoin', {}, ({ origin, params, query, services }) => {
  const said = query.getAll('ver');
  const versions = said.length === 0 ? FIRST_VERSION : said;
  return makeMembership(services.federation, { ...params, origin, membership: 'join', versions });
});

/** Gives a server the event with which its user knocks. */
const makeKnock = federationEndpoint('makeKnock', {}, ({ origin, params, query, services }) => {
  const versions = query.getAll('ver');
  return makeMembership(services.federation, { ...params, origin, membership: 'knock', versions });
});

/** Gives a server the event with which its user leaves. */
const makeLeave = federationEndpoint('makeLeave', {}, ({ origin, params, services }) =>
  makeMembership(services.federation, { ...params, origin, membership: 'leave', versions: undefined }),
);

/** Which keys an event has is for its room version to say. */
const EVENT = { bodySchema: { type: 'object' } } as const;

/** Takes the join of another server's user. */
const sendJoinV2 = federationEndpoint('sendJoinV2', EVENT, (call) => {
  const { origin, params, body: event, services, query } = call;
  const omitMembers = booleanQuery(query, 'omit_members') ?? false;
  return sendJoin(services.federation, { ...params, origin, event }, omitMembers);
});

/** As `sendJoinV2`, in the form that servers from before it know. As Synapse. */
const sendJoinV1 = customFederationEndpoint(
  {
    name: 'sendJoinV1',
    method: 'PUT',
    path: '/_matrix/federation/v1/send_join/{roomId}/{eventId}',
    ...EVENT,
  },
  async ({ origin, params, body: event, services }) => [
    200,
    await sendJoin(services.federation, { ...params, origin, event }, false),
  ],
);

/** Takes the knock of another server's user. */
const sendKnockV1 = federationEndpoint('sendKnock', EVENT, ({ origin, params, body: event, services }) =>
  sendKnock(services.federation, { ...params, origin, event }),
);

/** Takes the leave of another server's user. */
const sendLeaveV2 = federationEndpoint('sendLeaveV2', EVENT, ({ origin, params, body: event, services }) =>
  sendLeave(services.federation, { ...params, origin, event }),
);

/** As `sendLeaveV2`, in the form that servers from before it know. As Synapse. */
const sendLeaveV1 = customFederationEndpoint(
  {
    name: 'sendLeaveV1',
    method: 'PUT',
    path: '/_matrix/federation/v1/send_leave/{roomId}/{eventId}',
    ...EVENT,
  },
  async ({ origin, params, body: event, services }) => [
    200,
    await sendLeave(services.federation, { ...params, origin, event }),
  ],
);

const INVITE = {
  type: 'object',
  properties: {
    room_version: { type: 'string' },
    event: { type: 'object' },
    invite_room_state: { type: 'array', items: { type: 'object' } },
  },
  required: ['room_version', 'event'],
} as const;

/** Invites a user of this server. */
const sendInviteV2 = federationEndpoint(
  'sendInviteV2',
  { bodySchema: INVITE },
  async ({ origin, params, body, services }) => {
    const { room_version: roomVersion, event, invite_room_state: inviteRoomState = [] } = body;
    const request = { ...params, origin, roomVersion, event, inviteRoomState };
    return { event: await acceptInvite(services.federation, request) };
  },
);

/** As `sendInviteV2`, for rooms from before room versions. */
const sendInviteV1 = federationEndpoint(
  'sendInviteV1',
  { bodySchema: { type: 'object' } },
  async ({ origin, params, body, services }) => {
    const said = ownValue(ownValue(body, 'unsigned'), 'invite_room_state');
    const inviteRoomState = Array.isArray(said) ? said : [];
    const request = { ...params, origin, roomVersion: '1', event: body, inviteRoomState };
    return [200, { event: await acceptInvite(services.federation, request) }];
  },
);

/** Invites a user of the server that asks, whose address was invited from here. Synapse sends no `display_name`. */
const exchangeInvite = federationEndpoint(
  'exchangeThirdPartyInvite',
  EVENT,
  async ({ origin, params, body, services }) => {
    await exchangeThirdPartyInvite(services.federation, origin, params.roomId, body);
    return {};
  },
);

/** Takes word of an identity server that an address which was invited belongs to a user of this server. */
const onBind = federationEndpoint('onBindThirdPartyIdentifier', {}, async ({ body, services }) => {
  await redeemThirdPartyInvites(services.federation, body.mxid, body.invites);
  return {};
});

/** The same as identity servers really ask for it: Sydent sends POST, and Synapse takes nothing else. */
const onBindPosted: Endpoint = { ...onBind, name: `${onBind.name}.posted`, method: 'POST' };

/** With these, users of other servers join, knock on and leave rooms through this one, and users of this one are invited. */
export const handshakeEndpoints = [
  makeJoin,
  makeKnock,
  makeLeave,
  sendJoinV1,
  sendJoinV2,
  sendKnockV1,
  sendLeaveV1,
  sendLeaveV2,
  sendInviteV1,
  sendInviteV2,
  exchangeInvite,
  onBind,
  onBindPosted,
];
