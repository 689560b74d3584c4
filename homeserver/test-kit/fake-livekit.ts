import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TokenVerifier } from 'livekit-server-sdk';

/** Configuration of a server that uses the one in a test. */
export const LIVEKIT_KEYS = {
  LIVEKIT_API_KEY: 'guildhall',
  LIVEKIT_API_SECRET: 'a secret of at least thirty-two characters',
};

/** A LiveKit that knows only how to begin a call, and is asked for it with a token that it checks. */
export interface FakeLiveKit {
  readonly url: string;
  /** The names of the calls that were begun. */
  readonly rooms: string[];
  /** Whether it answers at all. */
  isDown: boolean;
  stop(): Promise<void>;
}

/** Starts one on a free port. Stop it after the test. */
export async function startFakeLiveKit(): Promise<FakeLiveKit> {
  const { LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = LIVEKIT_KEYS;
  const verifier = new TokenVerifier(key, secret);
  const server = createServer(async (request, response) => {
    if (fake.isDown) {
      response.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { name } = JSON.parse(Buffer.concat(chunks).toString()) as { name: string };
    const claims = await verifier.verify(request.headers.authorization?.slice('Bearer '.length) ?? '');
    const isBegun =
      request.url === '/twirp/livekit.RoomService/CreateRoom' && claims.video?.roomCreate === true;
    if (isBegun) fake.rooms.push(name);
    response.writeHead(isBegun ? 200 : 403, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(isBegun ? { name } : { code: 'permission_denied' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeLiveKit = {
    url: `ws://127.0.0.1:${port}`,
    rooms: [],
    isDown: false,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}
