import { parseRoomEventFilter, type Requester } from '../../../accounts/index.ts';
import { missingParam } from '../../../protocol/errors.ts';
import {
  existingRoom,
  getContext,
  getEventByTimestamp,
  getHierarchy,
  getMessages,
  getStoredEvent,
} from '../../../rooms/index.ts';
import { customEndpoint } from '../../endpoint.ts';
import { booleanQuery, enumQuery, integerQuery, jsonQuery, textQuery } from '../../request-values.ts';

/** What has happened in rooms, for admins who look into a report: whether they are in the room or not. */
const ROOM = '/_synapse/admin/v1/rooms/{roomId}';

export const readMessages = customEndpoint(
  { name: 'adminGetRoomMessages', method: 'GET', path: `${ROOM}/messages`, auth: 'admin' },
  async ({ params: { roomId }, query, requester, services }) => {
    await existingRoom(services.rooms, roomId);
    return getMessages(services.rooms, roomId, seeingAll(requester), {
      direction: enumQuery(query, 'dir', ['b', 'f']) ?? 'f',
      from: textQuery(query, 'from'),
      to: textQuery(query, 'to'),
      limit: integerQuery(query, 'limit'),
      filter: parseRoomEventFilter(jsonQuery(query, 'filter') ?? {}),
    });
  },
);

export const readContext = customEndpoint(
  { name: 'adminGetEventContext', method: 'GET', path: `${ROOM}/context/{eventId}`, auth: 'admin' },
  async ({ params: { roomId, eventId }, query, requester, services }) => {
    await existingRoom(services.rooms, roomId);
    return getContext(services.rooms, roomId, eventId, seeingAll(requester), {
      limit: integerQuery(query, 'limit'),
      filter: parseRoomEventFilter(jsonQuery(query, 'filter') ?? {}),
    });
  },
);

export const findByTimestamp = customEndpoint(
  { name: 'adminGetEventByTimestamp', method: 'GET', path: `${ROOM}/timestamp_to_event`, auth: 'admin' },
  async ({ params: { roomId }, query, requester, services }) => {
    const ts = integerQuery(query, 'ts');
    if (ts === undefined) throw missingParam('The query parameter ts (milliseconds) is missing');
    await existingRoom(services.rooms, roomId);
    const direction = enumQuery(query, 'dir', ['b', 'f']) ?? 'f';
    return getEventByTimestamp(services.rooms, roomId, seeingAll(requester), { ts, direction });
  },
);

export const readHierarchy = customEndpoint(
  { name: 'adminGetSpaceHierarchy', method: 'GET', path: `${ROOM}/hierarchy`, auth: 'admin' },
  async ({ params: { roomId }, query, requester, services }) => {
    await existingRoom(services.rooms, roomId);
    return getHierarchy(services.rooms, roomId, requester.userId, {
      suggestedOnly: booleanQuery(query, 'suggested_only'),
      maxDepth: integerQuery(query, 'max_depth'),
      limit: integerQuery(query, 'limit', { least: 1 }),
      from: textQuery(query, 'from'),
      showsAll: true,
    });
  },
);

/** As it is stored, whatever became of it: rejected and redacted events too. */
export const fetchEvent = customEndpoint(
  {
    name: 'adminFetchEvent',
    method: 'GET',
    path: '/_synapse/admin/v1/fetch_event/{eventId}',
    auth: 'admin',
  },
  async ({ params, services }) => ({ event: await getStoredEvent(services.rooms, params.eventId) }),
);

function seeingAll(requester: Requester) {
  return { ...requester, seesAll: true };
}
