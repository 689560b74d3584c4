import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { badJson, MatrixError, tooLarge } from '../protocol/errors.ts';

/** The client hung up: nobody is left to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** More than any client needs, less than what the recursion of those who walk the value can bear. */
const MAX_NESTING = 200;

/** A JSON body, and as what it was written. */
export interface JsonBody {
  readonly value: unknown;
  readonly text: string;
}

/**
 * Reads a JSON body.
 * @returns undefined if there is no body at all.
 * @throws {MatrixError} 413 `M_TOO_LARGE` for more than `maxBytes`, before reading if the client says so; 400
 * `M_NOT_JSON` for what is not UTF-8 or JSON; 400 `M_BAD_JSON` for nesting deeper than 200.
 * @throws {ClientGone}
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<JsonBody | undefined> {
  const bytes = await readBytes(request, maxBytes);
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw notJson('The body is not valid UTF-8');
  const text = bytes.toString();
  if (isNestedTooDeeply(text)) throw badJson(`The body is nested deeper than ${MAX_NESTING}`);
  try {
    return { value: JSON.parse(text), text };
  } catch {
    throw notJson('The body is not valid JSON');
  }
}

function notJson(message: string): MatrixError {
  return new MatrixError(400, 'M_NOT_JSON', message);
}

/**
 * Reads a body.
 * @throws {MatrixError} 413 `M_TOO_LARGE` for more than `maxBytes`, before reading if the client says so.
 * @throws {ClientGone}
 */
export function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(`The body may have at most ${maxBytes} bytes`);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > maxBytes) {
      // What still comes is read and forgotten, so that the client gets to read the answer.
      request.off('data', take).resume();
      reject(tooLarge(`The body may have at most ${maxBytes} bytes`));
    } else {
      chunks.push(chunk);
    }
  };
  request.on('data', take);
  request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
  request.once('error', (error) => reject(new ClientGone('The body broke off', { cause: error })));
  return promise;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Looks at brackets outside of strings, so that it also ends for what is not JSON. */
function isNestedTooDeeply(text: string): boolean {
  if (text.length <= MAX_NESTING) return false;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) inString = !inString;
    else if (inString && code === BACKSLASH) index++;
    else if (!inString && OPENING.has(code) && ++depth > MAX_NESTING) return true;
    else if (!inString && CLOSING.has(code)) depth--;
  }
  return false;
}
