/** Bytes of a file, counted from 0, both ends included. */
interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The part that a `Range` header asks for (RFC 9110, section 14.2). Undefined for the whole file: without a header,
 * and for what need not be understood (another unit, several parts).
 */
export function readRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const parts = /^bytes=(?<from>\d*)-(?<to>\d*)$/.exec(header ?? '')?.groups;
  const from = parts?.from ?? '';
  const to = parts?.to ?? '';
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const count = Math.min(Number(to), size);
    return count === 0 ? 'unsatisfiable' : { first: size - count, last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return undefined;
  return first >= size ? 'unsatisfiable' : { first, last };
}
