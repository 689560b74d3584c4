import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { badJson, MatrixError } from '../../../protocol/errors.ts';
import type { ServerName } from '../../../protocol/identifiers.ts';
import { isJsonObject } from '../../../protocol/json-values.ts';
import { PRESENCE_STATES } from '../../../realtime/index.ts';
import type { ReceiverContext } from '../receiver-context.ts';
import { requireSeenHere, requireUserOf } from './remote-user.ts';

const MOST_USERS = 1000;
const LONGEST_STATUS = 2000;

/** Users of another server come and go. Source: Server-Server API v1.19, `m.presence`. */
export async function receivePresence(
  context: ReceiverContext,
  origin: ServerName,
  { push }: JsonObject,
): Promise<void> {
  if (!Array.isArray(push)) throw badJson('The EDU has no push');
  let refused: MatrixError | undefined;
  for (const said of push.slice(0, MOST_USERS)) {
    try {
      if (!isJsonObject(said)) throw badJson('An entry of push is no object');
      await receiveOne(context, origin, said);
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      refused = error;
    }
  }
  if (refused !== undefined) throw refused;
}

async function receiveOne(context: ReceiverContext, origin: ServerName, said: JsonObject): Promise<void> {
  const { user_id: user, presence: state, last_active_ago: ago, status_msg: message } = said;
  const userId = requireUserOf(origin, user);
  const presence = PRESENCE_STATES.find((known) => known === state);
  if (presence === undefined) throw badJson('The presence is none');
  await requireSeenHere(context, userId);
  const isRecent = typeof ago === 'number' && ago >= 0;
  context.realtime.presence.hearFromServer(userId, {
    presence,
    lastActiveTs: isRecent ? Math.max(0, context.clock.now() - ago) : undefined,
    statusMessage: typeof message === 'string' ? message.slice(0, LONGEST_STATUS) : undefined,
  });
}
