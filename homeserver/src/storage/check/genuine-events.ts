import { createPrivateKey, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { decodeBase64 } from '../../protocol/base64.ts';
import { contentHash, eventIdOf, roomIdOf, signingBytes } from '../../protocol/hashing.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { redactPdu } from '../../protocol/redaction.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import { roomVersionRules } from '../../protocol/room-versions.ts';
import { signatureOf } from '../../protocol/signing.ts';
import { defineQuery } from '../database/sql.ts';
import { type Check, type CheckedDatabase, type CheckedRoom, readRooms, readServerName } from './check.ts';
import { type CheckedEvent, eventPages } from './event-pages.ts';

const roomVersions = defineQuery<[], { roomId: string; roomVersion: string }>(
  'SELECT room_id AS "roomId", room_version AS "roomVersion" FROM rooms',
);
const signingKeys = defineQuery<[], { keyId: string; privateKey: string }>(
  'SELECT key_id AS "keyId", private_key AS "privateKey" FROM signing_keys',
);
const stringsOf = defineQuery<[number[]], { nid: number; value: string }>(
  'SELECT nid, value FROM strings WHERE nid = ANY(?:bigint[])',
);

/** This server's name and public keys, with which its own events are verified. */
interface OwnKeys {
  readonly serverName: string | undefined;
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/**
 * Every event is what its ID, content hash and, for events of this server, signature say; and its columns are what
 * its JSON says.
 */
export const eventsAreGenuine: Check = {
  holds: 'Every event is what its ID, hash, signature and columns say',
  async run(database, report) {
    for (const { roomId, roomVersion } of await database.all(roomVersions, [])) {
      if (roomVersionRules(roomVersion) === undefined)
        report(`${roomId} has the unknown version ${roomVersion}`);
    }
    const rooms = await readRooms(database);
    const own = await readOwnKeys(database);
    for await (const events of eventPages(database)) {
      const nids = events.flatMap((event) =>
        [event.typeNid, event.senderNid, event.stateKeyNid ?? []].flat(),
      );
      const rows = await database.all(stringsOf, [[...new Set(nids)]]);
      const strings = new Map(rows.map(({ nid, value }) => [nid, value]));
      for (const event of events) {
        const room = rooms.get(event.roomNid);
        if (room === undefined) continue;
        for (const fault of faultsOf(event, room, strings, own)) report(`event ${event.eventId} ${fault}`);
      }
    }
  },
};

function faultsOf(
  event: CheckedEvent,
  room: CheckedRoom,
  strings: ReadonlyMap<number, string>,
  own: OwnKeys,
): string[] {
  const { pdu } = event;
  try {
    return [
      ...contentFaults(event, room),
      ...columnFaults(event, strings),
      ...signatureFaults(event, room, own),
    ];
  } catch (error) {
    return [`of type ${JSON.stringify(pdu.type)} cannot be read: ${String(error)}`];
  }
}

function contentFaults({ eventId, pdu }: CheckedEvent, { roomId, rules }: CheckedRoom): string[] {
  const faults: string[] = [];
  if (eventIdOf(pdu, rules) !== eventId) faults.push(`is called ${eventIdOf(pdu, rules)} by its content`);
  if (roomIdOf(pdu, rules) !== roomId) faults.push(`is of ${roomIdOf(pdu, rules)}, and stored in ${roomId}`);
  if (!hasItsHash(pdu, rules)) faults.push('has not the content that its hash says');
  return faults;
}

/** What came with a wrong hash is stored redacted: "Checks performed on receipt of a PDU", step 3. */
function hasItsHash(pdu: CheckedEvent['pdu'], rules: RoomVersionRules): boolean {
  const said = decodeBase64(pdu.hashes.sha256);
  const actual = decodeBase64(contentHash(pdu, rules));
  if (said !== undefined && actual !== undefined && said.equals(actual)) return true;
  return JSON.stringify(redactPdu(pdu, rules)) === JSON.stringify(pdu);
}

function columnFaults(event: CheckedEvent, strings: ReadonlyMap<number, string>): string[] {
  const { pdu, typeNid, senderNid, stateKeyNid, originServerTs } = event;
  const columns: [name: string, stored: unknown, said: unknown][] = [
    ['type', strings.get(typeNid), pdu.type],
    ['sender', strings.get(senderNid), pdu.sender],
    ['state key', stateKeyNid === null ? undefined : strings.get(stateKeyNid), pdu.state_key],
    ['time', originServerTs, pdu.origin_server_ts],
  ];
  return columns
    .filter(([, stored, said]) => stored !== said)
    .map(
      ([name, stored, said]) =>
        `has the ${name} ${JSON.stringify(said)}, and its row ${JSON.stringify(stored)}`,
    );
}

function signatureFaults(
  { pdu }: CheckedEvent,
  { rules }: CheckedRoom,
  { serverName: us, keys }: OwnKeys,
): string[] {
  if (us === undefined || domainOf(pdu.sender) !== us) return [];
  const message = Buffer.from(signingBytes(pdu, rules));
  const isSigned = [...keys].some(([keyId, key]) => {
    const signature = decodeBase64(signatureOf(pdu, us, keyId) ?? '');
    return signature !== undefined && verify(null, message, key, signature);
  });
  return isSigned ? [] : [`has no valid signature of ${us}`];
}

async function readOwnKeys(database: CheckedDatabase): Promise<OwnKeys> {
  const rows = await database.all(signingKeys, []);
  const keys = rows.map(({ keyId, privateKey }) => {
    const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
    return [keyId, createPublicKey(key)] as const;
  });
  return { serverName: await readServerName(database), keys: new Map(keys) };
}
