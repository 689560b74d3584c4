/**
 * A place in everything that a client can learn: `next_batch`, `prev_batch`, and the `from` and `to` of `/messages`.
 */
export interface StreamToken {
  /** Of the database: a token of another epoch says nothing here. */
  readonly epoch: string;
  /** After this row of the log. */
  readonly position: number;
  /** After this change of what lives in memory only (typing, presence). 0 where it does not matter. */
  readonly ephemeral: number;
  /** How far messages to the device are delivered, if that is not as far as `position`. */
  readonly toDevice?: number | undefined;
}

const TOKEN =
  /^(?:\d{1,16}\/)?s(?<epoch>[0-9A-Za-z_-]{1,64})\.(?<position>\d{1,16})\.(?<ephemeral>\d{1,16})(?:\.(?<toDevice>\d{1,16}))?$/;

/** The token as clients get it; opaque to them. */
export function formatStreamToken({ epoch, position, ephemeral, toDevice = position }: StreamToken): string {
  const token = `s${epoch}.${position}.${ephemeral}`;
  return toDevice === position ? token : `${token}.${toDevice}`;
}

/**
 * Reads a token, also as the `pos` of a sliding sync has it, with the number of the response before it; undefined for
 * anything that `formatStreamToken` cannot have written.
 */
export function parseStreamToken(text: string): StreamToken | undefined {
  const parts = TOKEN.exec(text)?.groups;
  if (parts?.epoch === undefined) return undefined;
  const position = Number(parts.position);
  const ephemeral = Number(parts.ephemeral);
  const toDevice = Number(parts.toDevice ?? position);
  if (![position, ephemeral, toDevice].every(Number.isSafeInteger)) return undefined;
  return { epoch: parts.epoch, position, ephemeral, ...(toDevice === position ? {} : { toDevice }) };
}
