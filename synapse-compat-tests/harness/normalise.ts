/** Names for the IDs that a server made up, so that those of two servers can be compared. */
export class IdNames {
  readonly #names: Map<string, string>;
  readonly #counts = new Map<string, number>();

  /** @param known whose names are taken over. */
  constructor(known?: IdNames) {
    this.#names = new Map(known ? known.#names : []);
  }

  /** Gives an ID the next name of its kind, `<room 1>`, unless it has one. */
  add(kind: string, id: string): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `<${kind} ${count}>`;
    this.#names.set(id, name);
    return name;
  }

  /** The name of a text that looks like an ID; other texts as they are. */
  of(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const kind = KINDS.find(([pattern]) => pattern.test(text))?.[1];
    return kind === undefined ? text : this.add(kind, text);
  }
}

/** IDs that no helper has named: numbered as they come. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^\$[\w-]{43}$/, 'other event'],
  [/^![\w-]{18,43}(:compat\.test)?$/, 'other room'],
  [/^mxc:\/\/compat\.test\/[\w-]+$/, 'file'],
];

/** Texts and numbers that are a server's own, by their keys. */
const OPAQUE: ReadonlySet<string> = new Set([
  ...['next_batch', 'prev_batch', 'start', 'end', 'access_token', 'refresh_token', 'session', 'nonce'],
  ...['filter_id', 'etag', 'sid', 'pos', 'delay_id', 'last_seen_ip', 'last_seen_user_agent', 'matrix_server_name'],
  ...['origin_server_ts', 'ts', 'last_seen_ts', 'last_active_ago', 'creation_ts', 'unused_expires_at'],
  ...['expires_in_ms', 'expires_in', 'retry_after_ms', 'token', 'login_token', 'base_url'],
]);

/**
 * What only one server tells and the specification does not name: sentences for people, what was renamed long ago,
 * ages, and what an unstable proposal adds.
 */
const UNSPECIFIED_IN_EVENTS: ReadonlySet<string> = new Set([
  ...['user_id', 'age', 'replaces_state', 'prev_content', 'redacted_because', 'prev_sender', 'room_version'],
]);
const UNSTABLE = /^(org\.matrix\.|io\.element\.|com\.beeper\.|uk\.|im\.nheko\.|de\.|fi\.)/;

/** A value with everything replaced that differs between any two servers, or two runs of one. */
export function normalise(value: unknown, names: IdNames, key = ''): unknown {
  if (value !== null && OPAQUE.has(key) && (typeof value === 'string' || typeof value === 'number')) {
    return `<${typeof value}>`;
  }
  if (typeof value === 'string') return names.of(value);
  if (Array.isArray(value)) return value.map((element) => normalise(element, names));
  if (typeof value !== 'object' || value === null) return value;
  // What somebody wrote is compared as it is.
  const isFree = key === 'content' || key === 'unstable_features' || key === 'prev_content';
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => isFree || !isUnspecified(name, key, value))
      .map(([name, inner]) => [names.of(name), normalise(inner, names, isFree ? '' : name)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function isUnspecified(name: string, parent: string, value: object): boolean {
  if (UNSTABLE.test(name)) return true;
  if (name === 'error') return 'errcode' in value;
  if (parent === 'unsigned') return ['age', 'replaces_state', 'prev_sender'].includes(name);
  return 'type' in value && 'event_id' in value && UNSPECIFIED_IN_EVENTS.has(name);
}

/** Where two values differ: by the path of each difference, one and the other. */
export function differences(one: unknown, other: unknown, path = ''): Record<string, [unknown, unknown]> {
  if (Object.is(one, other)) return {};
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) {
    return { [path]: [one ?? null, other ?? null] };
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length !== other.length) {
    return { [path]: [one, other] };
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.assign(
    {},
    ...[...keys].map((key) =>
      differences(Reflect.get(one, key), Reflect.get(other, key), `${path}/${key}`),
    ),
  );
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
