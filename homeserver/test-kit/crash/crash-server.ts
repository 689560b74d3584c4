/**
 * A server in a process of its own that a test may kill, and that receives events of another server: until there is a
 * route of the federation for it, the test tells it over the process's channel. Configuration comes from the environment.
 */

import { createLogger } from '../../src/base/logger.ts';
import type { Pdu } from '../../src/protocol/events.ts';
import { parseJson } from '../../src/protocol/json-numbers.ts';
import { roomVersionRules } from '../../src/protocol/room-versions.ts';
import { joinHere } from '../../src/rooms/commands/join.ts';
import { existingRoom, receiveEvent } from '../../src/rooms/index.ts';
import { loadConfiguration } from '../../src/server/configuration/index.ts';
import { type RunningServer, runServer } from '../../src/server/run-server.ts';
import { adoptRoom, remoteKeys } from '../remote-room.ts';
import type { CrashAnswer, CrashReady, CrashRequest } from './crash-process.ts';

const server = await runServer({
  configuration: loadConfiguration({ argv: [], env: process.env }),
  clientDirectory: 'none',
  logger: createLogger({ level: 'error' }),
  passwordHashing: { memoryKiB: 1024, passes: 1 },
});

process.on('message', async (request: CrashRequest) => {
  try {
    tell({ id: request.id, outcome: await follow(server, request) });
  } catch (error) {
    tell({ id: request.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
tell({ url: server.url, firstAdminToken: server.firstAdminToken });

async function follow({ rooms }: RunningServer, request: CrashRequest): Promise<string> {
  if (request.kind === 'join') {
    const room = await existingRoom(rooms, request.roomId);
    return joinHere(rooms, request.userId, room, {});
  }
  const json = parseJson(request.event);
  if (request.kind === 'adopt') {
    const rules = roomVersionRules(request.roomVersion);
    if (rules === undefined) throw new Error(`no room version ${request.roomVersion}`);
    const { roomId, eventId } = request;
    await adoptRoom(rooms, { roomId, rules, eventIds: [eventId], pdu: () => json as Pdu });
    return 'adopted';
  }
  const nothing = { fetch: async () => [], stateBefore: async () => undefined };
  const received = await receiveEvent({ ...rooms, signingKeys: remoteKeys }, request.roomId, json, nothing);
  return received.outcome;
}

function tell(message: CrashAnswer | CrashReady): void {
  process.send?.(message);
}
