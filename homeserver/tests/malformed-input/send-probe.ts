import { Agent, request } from 'node:http';
import type { Probe } from './probes.ts';

/** What came back. */
export interface ProbeAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/**
 * Sends a probe as it is: unlike `fetch`, this leaves the path alone and can announce a body that it does not send.
 * An answer that is still missing after a while counts as a long poll.
 */
export function sendProbe(
  { method, path, body, contentLength }: Probe,
  { url, authorization, agent }: { url: string; authorization: string | undefined; agent: Agent },
): Promise<ProbeAnswer | 'long poll'> {
  const { hostname, port } = new URL(url);
  const length = contentLength ?? (body === undefined ? undefined : Buffer.byteLength(body));
  const headers = {
    ...(authorization !== undefined && { Authorization: authorization }),
    ...(length !== undefined && { 'Content-Length': length }),
    // The rest of a body that was only announced would be waited for.
    ...(contentLength !== undefined && { Connection: 'close' }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<ProbeAnswer | 'long poll'>();
  const sent = request({ hostname, port, method, path, headers, agent }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const { statusCode: status = 0, headers: received } = response;
      resolve({ status, headers: received, text: Buffer.concat(chunks).toString() });
      if (contentLength !== undefined) sent.destroy();
    });
    response.on('error', reject);
  });
  sent.on('error', reject);
  sent.setTimeout(LONG_POLL_MS, () => {
    resolve('long poll');
    sent.destroy();
  });
  if (contentLength === undefined) sent.end(body);
  else sent.flushHeaders();
  return promise;
}

const LONG_POLL_MS = 2_000;

/** Connections that are used again, as browsers do. */
export function createAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 4 });
}
