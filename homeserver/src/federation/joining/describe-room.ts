import { RecentMap } from '../../base/recent-map.ts';
import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import { isServerName } from '../../protocol/identifiers.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import type { DescriptionRequest, SpaceElsewhere } from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';

type Described = SpaceElsewhere['room'];
type Card = SpaceElsewhere['children'][number];

const MOST_SERVERS = 3;
const MOST_CHILDREN = 1_000;
const TIME_LIMIT_MS = 10_000;
const REMEMBERED = 500;
/** As Synapse: people page through a space. */
const LASTS_MS = 5 * 60_000;
const TEXTS = [
  'name',
  'topic',
  'canonical_alias',
  'avatar_url',
  'room_type',
  'encryption',
  'room_version',
] as const;

/** What other servers say of their rooms, remembered for a while. */
export class Descriptions {
  readonly #known = new RecentMap<string, { readonly until: number; readonly found: SpaceElsewhere }>(
    REMEMBERED,
  );

  /**
   * Asks servers one after another for a room and those in it.
   *
   * Source: Server-Server API v1.19, `GET /hierarchy/{roomId}`.
   */
  async find(context: FederationContext, request: DescriptionRequest): Promise<SpaceElsewhere | undefined> {
    const { clock, logger, policy, serverName } = context;
    const { roomId, suggestedOnly } = request;
    const key = `${roomId} ${suggestedOnly}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.until > clock.now()) return known.found;
    const servers = request.servers.filter((name) => isServerName(name) && name !== serverName);
    for (const server of servers.filter((name) => policy.isAllowed(name)).slice(0, MOST_SERVERS)) {
      try {
        const path = `/_matrix/federation/v1/hierarchy/${encodeURIComponent(roomId)}?suggested_only=${suggestedOnly}`;
        const answer = await context.client.request({
          destination: server,
          method: 'GET',
          path,
          timeLimitMs: TIME_LIMIT_MS,
        });
        const found = spaceOf(answer);
        if (found?.room.room_id !== roomId)
          throw new FederationError(server, 'malformed', 'it tells of another room');
        this.#known.set(key, { until: clock.now() + LASTS_MS, found });
        return found;
      } catch (error) {
        if (!(error instanceof FederationError)) throw error;
        logger.debug('a server did not describe a room', { roomId, server, error });
      }
    }
    return undefined;
  }
}

function spaceOf(answer: JsonObject): SpaceElsewhere | undefined {
  const room = roomOf(answer.room);
  const children = Array.isArray(answer.children) ? answer.children.slice(0, MOST_CHILDREN) : [];
  return room && { room, children: children.flatMap((child) => cardOf(child) ?? []) };
}

function roomOf(json: JsonValue | undefined): Described | undefined {
  const card = cardOf(json);
  if (card === undefined || !isJsonObject(json)) return undefined;
  const { children_state: listed } = json;
  const events: readonly JsonValue[] = Array.isArray(listed) ? listed.slice(0, MOST_CHILDREN) : [];
  const children = events.map(childOf).filter((child) => child !== undefined);
  return { ...card, children_state: children };
}

/** What clients may be told of a room; all else that a server says is left out. */
function cardOf(json: JsonValue | undefined): Card | undefined {
  if (!isJsonObject(json) || typeof json.room_id !== 'string') return undefined;
  const texts = TEXTS.flatMap((key) => {
    const value = json[key];
    return typeof value === 'string' ? [[key, value] as const] : [];
  });
  const allowed = Array.isArray(json.allowed_room_ids) ? json.allowed_room_ids : [];
  const { join_rule: joinRule, num_joined_members: joined } = json;
  return {
    room_id: json.room_id,
    room_version: '1',
    ...Object.fromEntries(texts),
    num_joined_members: typeof joined === 'number' && joined >= 0 ? joined : 0,
    world_readable: json.world_readable === true,
    guest_can_join: json.guest_can_join === true,
    join_rule: typeof joinRule === 'string' ? joinRule : 'public',
    ...(allowed.length === 0 ? {} : { allowed_room_ids: allowed.filter((id) => typeof id === 'string') }),
  };
}

function childOf(json: JsonValue): JsonObject | undefined {
  if (!isJsonObject(json)) return undefined;
  const { type, sender, state_key, content, origin_server_ts } = json;
  const isChild =
    type === 'm.space.child' &&
    typeof sender === 'string' &&
    typeof state_key === 'string' &&
    typeof origin_server_ts === 'number' &&
    isJsonObject(content);
  return isChild ? { type, sender, state_key, content, origin_server_ts } : undefined;
}
