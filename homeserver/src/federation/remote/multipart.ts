/** A part of a `multipart/mixed` answer. */
export interface Part {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** To be read once, and before the next part. */
  readonly body: AsyncIterable<Buffer>;
}

/** What is no `multipart/mixed`. */
export class MultipartError extends Error {
  override readonly name = 'MultipartError';
}

/** More than any part needs before its content. */
const LONGEST_HEADERS = 16_384;
const END_OF_HEADERS = Buffer.from('\r\n\r\n');

/**
 * The parts of a `multipart/mixed` answer, as they come in.
 *
 * Source: RFC 2046, section 5.1; Server-Server API v1.19, `GET /media/download/{mediaId}`.
 * @param contentType of the answer: it says what the parts are divided by.
 * @throws MultipartError
 */
export async function* readParts(contentType: string, body: AsyncIterable<Buffer>): AsyncGenerator<Part> {
  const delimiter = Buffer.from(`\r\n--${boundaryOf(contentType)}`);
  // The first one has no line before it.
  const source = new Source(body, Buffer.from('\r\n'));
  for await (const _preamble of source.until(delimiter));
  while (!(await source.startsWith('--'))) {
    const headers = parseHeaders(await source.headers());
    yield { headers, body: source.until(delimiter) };
    for await (const _rest of source.until(delimiter));
  }
}

function boundaryOf(contentType: string): string {
  const [, quoted, plain] =
    /^multipart\/mixed\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined)
    throw new MultipartError(`${contentType} is not multipart/mixed with a boundary`);
  return boundary;
}

function parseHeaders(text: string): Map<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

/** Bytes that come in, some of which were read ahead. */
class Source {
  readonly #chunks: AsyncIterator<Buffer>;
  #ahead: Buffer;
  #isAtDelimiter = false;

  constructor(body: AsyncIterable<Buffer>, ahead: Buffer) {
    this.#chunks = body[Symbol.asyncIterator]();
    this.#ahead = ahead;
  }

  /** What comes before a delimiter, which is passed over. Read again, it has nothing more. */
  async *until(delimiter: Buffer): AsyncGenerator<Buffer> {
    while (!this.#isAtDelimiter) {
      const index = this.#ahead.indexOf(delimiter);
      if (index >= 0) {
        const found = this.#ahead.subarray(0, index);
        this.#ahead = this.#ahead.subarray(index + delimiter.length);
        this.#isAtDelimiter = true;
        if (found.length > 0) yield found;
        return;
      }
      // The end may be the beginning of the delimiter.
      const certain = Math.max(0, this.#ahead.length - delimiter.length + 1);
      const found = this.#ahead.subarray(0, certain);
      this.#ahead = this.#ahead.subarray(certain);
      if (found.length > 0) yield found;
      await this.#readOn();
    }
  }

  /** The lines up to an empty one. */
  async headers(): Promise<string> {
    this.#isAtDelimiter = false;
    for (;;) {
      const index = this.#ahead.indexOf(END_OF_HEADERS);
      if (index >= 0) {
        const text = this.#ahead.subarray(0, index).toString();
        // A delimiter may follow at once, with the line break of the last header before it.
        this.#ahead = this.#ahead.subarray(index + END_OF_HEADERS.length);
        return text;
      }
      if (this.#ahead.length > LONGEST_HEADERS) throw new MultipartError('a part has headers without an end');
      await this.#readOn();
    }
  }

  async startsWith(text: string): Promise<boolean> {
    while (this.#ahead.length < text.length) await this.#readOn();
    return this.#ahead.subarray(0, text.length).toString() === text;
  }

  async #readOn(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done === true) throw new MultipartError('the answer ends too early');
    this.#ahead = this.#ahead.length === 0 ? value : Buffer.concat([this.#ahead, value]);
  }
}
