import type { Readable } from 'node:stream';

export type ReplyHeaders = Readonly<Record<string, string | number>>;

/**
 * What a handler answers when it is more than JSON with status 200.
 *
 * The body: an object is written as JSON; a stream, a `Buffer` or a string as it is. If `Content-Type` is not among
 * the headers, it is JSON that has been serialised already.
 */
export class Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body: object | Buffer | string | Readable;

  constructor({
    status = 200,
    headers = {},
    body = {},
  }: {
    status?: number;
    headers?: ReplyHeaders;
    body?: object | Buffer | string | Readable;
  }) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}
