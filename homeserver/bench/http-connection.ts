import { connect, type Socket } from 'node:net';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/**
 * The answer at the beginning of what has been received; undefined while some of it is missing.
 * Source: RFC 9112, sections 4, 6.2 and 7.1. It knows what servers answer to this benchmark, no more.
 */
export function parseAnswer(received: Buffer): Answer | undefined {
  const headEnd = received.indexOf(END_OF_HEAD);
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const status = Number(head.slice(9, 12));
  const body = received.subarray(headEnd + END_OF_HEAD.length);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) {
    return body.length < Number(length) ? undefined : { status, body: body.subarray(0, Number(length)) };
  }
  if (!/^transfer-encoding: *chunked/im.test(head)) throw new Error(`an answer without a length: ${head}`);
  if (!body.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)) return undefined;
  return { status, body: joinChunks(body) };
}

function joinChunks(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(chunks);
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/**
 * A connection that is kept, for one request at a time. Node's own client takes three times as long, which on a small
 * machine is time that the server under test lacks.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  #received: Buffer = Buffer.alloc(0);

  /** @param onClose told once, when the connection can no longer be used. */
  constructor(port: number, host: string, onClose: (connection: HttpConnection) => void) {
    this.#socket = connect({ port, host, noDelay: true });
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#waiting.shift()?.reject(error));
    this.#socket.on('close', () => {
      onClose(this);
      this.#waiting.shift()?.reject(new Error('the server hung up'));
    });
  }

  /** Sends a whole request and waits for its answer. */
  ask(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(request);
    });
  }

  close(error?: Error): void {
    this.#socket.destroy(error);
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    try {
      const answer = parseAnswer(this.#received);
      if (answer === undefined) return;
      this.#received = Buffer.alloc(0);
      this.#waiting.shift()?.resolve(answer);
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
