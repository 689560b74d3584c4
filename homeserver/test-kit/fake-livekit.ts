import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AccessToken, type ClaimGrants, TokenVerifier } from 'livekit-server-sdk';

/** Configuration of a server that uses the one in a test. */
export const LIVEKIT_KEYS = {
  LIVEKIT_API_KEY: 'guildhall',
  LIVEKIT_API_SECRET: 'a secret of at least thirty-two characters',
};

/** A LiveKit without media: it begins calls, tells who is in them and takes people out, each with a token that it checks. */
export interface FakeLiveKit {
  readonly url: string;
  /** The names of the calls that were begun. */
  readonly rooms: string[];
  /** Who is in which call: "call identity". The test puts them there. */
  readonly members: Set<string>;
  /** Whether it answers at all. */
  isDown: boolean;
  /** How many questions it has not answered. */
  unanswered: number;
  stop(): Promise<void>;
}

interface Question {
  readonly name: string;
  readonly room: string;
  readonly identity: string;
}

/** Starts one on a free port. Stop it after the test. */
export async function startFakeLiveKit(): Promise<FakeLiveKit> {
  const { LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = LIVEKIT_KEYS;
  const verifier = new TokenVerifier(key, secret);
  const server = createServer(async (request, response) => {
    if (fake.isDown) {
      fake.unanswered += 1;
      response.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const question = JSON.parse(Buffer.concat(chunks).toString()) as Question;
    const claims = await verifier.verify(request.headers.authorization?.slice('Bearer '.length) ?? '');
    const { status, body } = answer(fake, request.url?.split('/').at(-1), question, claims);
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeLiveKit = {
    url: `ws://127.0.0.1:${port}`,
    rooms: [],
    members: new Set(),
    isDown: false,
    unanswered: 0,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

function answer(
  { rooms, members }: FakeLiveKit,
  method: string | undefined,
  { name, room, identity }: Question,
  { video }: ClaimGrants,
): { readonly status: number; readonly body: object } {
  if (method === 'CreateRoom' && video?.roomCreate === true) {
    rooms.push(name);
    return { status: 200, body: { name } };
  }
  const isAdmin = video?.roomAdmin === true && video.room === room;
  if (method === 'ListParticipants' && isAdmin) {
    const present = [...members].filter((member) => member.startsWith(`${room} `));
    const participants = present.map((member) => ({ identity: member.slice(room.length + 1) }));
    return { status: 200, body: { participants } };
  }
  if (method === 'RemoveParticipant' && isAdmin) {
    if (members.delete(`${room} ${identity}`)) return { status: 200, body: {} };
    return { status: 404, body: { code: 'not_found', msg: 'participant does not exist' } };
  }
  return { status: 403, body: { code: 'permission_denied' } };
}

/** What LiveKit tells a server of itself: a body, and the header that signs it. */
export async function signNews(
  event: string,
  call: string,
  identity = '',
  secret = LIVEKIT_KEYS.LIVEKIT_API_SECRET,
): Promise<{ readonly body: string; readonly headers: { readonly Authorization: string } }> {
  const body = JSON.stringify({ event, room: { name: call }, participant: { identity } });
  const token = new AccessToken(LIVEKIT_KEYS.LIVEKIT_API_KEY, secret);
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return { body, headers: { Authorization: await token.toJwt() } };
}
