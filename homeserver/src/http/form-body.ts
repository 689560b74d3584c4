import type { IncomingMessage } from 'node:http';
import { readBytes } from './request-body.ts';

const MAX_FORM_BYTES = 16_384;

/**
 * The fields of a form that a browser has sent.
 * @throws {MatrixError} 413 `M_TOO_LARGE`
 */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await readBytes(request, MAX_FORM_BYTES)).toString());
}
