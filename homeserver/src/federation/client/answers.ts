import { setImmediate } from 'node:timers/promises';
import type { OutboundAnswer } from '../../outbound/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import { JsonPieces } from '../../protocol/json-pieces.ts';
import { isJsonObject, ownValue } from '../../protocol/json-values.ts';
import { FederationError } from '../federation-error.ts';

/** What is read of an answer that is an error. */
const MAX_ERROR_BYTES = 65_536;
const MAX_MESSAGE_LENGTH = 300;

/** Whether a status says that the server, or the proxy before it, is not there for us now. */
export function isOutOfService(status: number): boolean {
  return status >= 500 || status === 429;
}

/** How long a server wants to be left alone, in milliseconds; 0 if it does not say. */
export function retryAfterMs(headers: Readonly<Record<string, string>>): number {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

/**
 * The JSON object of an answer. Old operations answer with a pair: the status, and what newer ones answer.
 * @throws FederationError if it is something else.
 */
export async function readObject(destination: ServerName, body: AsyncIterable<Buffer>): Promise<JsonObject> {
  const json = await readJson(body);
  const answer = Array.isArray(json) && json.length === 2 ? json[1] : json;
  if (isJsonObject(answer)) return answer;
  throw new FederationError(destination, 'malformed', 'the answer is no JSON object');
}

/** Parses while the rest is on its way; the state of a large room would keep everybody else waiting at the end. */
async function readJson(body: AsyncIterable<Buffer>): Promise<unknown> {
  const pieces = new JsonPieces();
  let error: unknown;
  for await (const part of body) {
    try {
      if (error === undefined) pieces.add(part);
    } catch (thrown) {
      // All of the answer is read nevertheless: the connection serves for the next one.
      error = thrown;
    }
    await setImmediate();
  }
  try {
    return error === undefined ? pieces.end() : undefined;
  } catch {
    return undefined;
  }
}

/** What a server says with an answer that is an error. */
export async function readRefusal(
  destination: ServerName,
  { status, body }: OutboundAnswer,
): Promise<FederationError> {
  const json = parseOrUndefined(await readBeginning(body));
  const errcode = ownValue(json, 'errcode');
  const message = ownValue(json, 'error');
  const said = typeof message === 'string' ? `: ${message.slice(0, MAX_MESSAGE_LENGTH)}` : '';
  return new FederationError(destination, 'refused', `status ${status}${said}`, {
    status,
    ...(typeof errcode === 'string' ? { errcode } : {}),
  });
}

/** The beginning of an answer; what was there if it breaks off. */
async function readBeginning(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      if (size > MAX_ERROR_BYTES) break;
    }
  } catch {
    // The status is the answer; the words to it do not matter.
  }
  return Buffer.concat(parts);
}

function parseOrUndefined(bytes: Buffer): unknown {
  try {
    return parseJson(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
