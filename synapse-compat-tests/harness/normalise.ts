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
  ...[
    'filter_id',
    'etag',
    'sid',
    'pos',
    'delay_id',
    'last_seen_ip',
    'last_seen_user_agent',
    'matrix_server_name',
  ],
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
/** A server "MAY omit" the viewer's `membership` ("Room event format"), and Guildhall does: events are shown to many. */
const UNSPECIFIED_IN_UNSIGNED: ReadonlySet<string> = new Set([
  ...['age', 'replaces_state', 'prev_sender', 'membership'],
]);
/** What is optional, and told by one server only if there is something in it. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set([
  ...['unsigned', 'signatures', 'failures', 'changed', 'left', 'device_lists', 'to_device'],
]);
const UNSTABLE = /^(org\.matrix\.|io\.element\.|com\.beeper\.|uk\.|im\.nheko\.|de\.|fi\.)/;

/**
 * A value with everything replaced that differs between any two servers, or two runs of one. What is null counts as
 * absent, as the specification's schemas have no nulls.
 */
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
      .filter(([name, inner]) => isFree || !(inner === null || isUnspecified(name, key, value)))
      .map(([name, inner]) => [names.of(name), normalise(inner, names, isFree ? '' : name)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function isUnspecified(name: string, parent: string, value: object): boolean {
  if (UNSTABLE.test(name)) return true;
  if (name === 'error') return 'errcode' in value;
  if (name === 'soft_logout') return Reflect.get(value, name) === false;
  if (MAY_BE_EMPTY.has(name)) return isEmpty(Reflect.get(value, name));
  if (parent === 'unsigned') return UNSPECIFIED_IN_UNSIGNED.has(name);
  return 'type' in value && 'event_id' in value && UNSPECIFIED_IN_EVENTS.has(name);
}

/** Whether there is nothing in it, however deep. */
function isEmpty(value: unknown): boolean {
  return isContainer(value) && Object.values(value).every(isEmpty);
}

/** What stands for nothing where only one of two values has something. */
const ABSENT = '(absent)';

/** Where two values differ: by the path of each difference, one and the other. */
export function differences(one: unknown, other: unknown, path = ''): Record<string, [unknown, unknown]> {
  if (Object.is(one, other) || isVagueFor(one, other)) return {};
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) {
    return { [path]: [one === undefined ? ABSENT : one, other === undefined ? ABSENT : other] };
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length !== other.length) {
    return { [path]: [one, other] };
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.assign(
    {},
    ...[...keys].map((key) => differences(Reflect.get(one, key), Reflect.get(other, key), `${path}/${key}`)),
  );
}

/**
 * Whether an error code says less than ours, but nothing else: "When encountering the error code `M_UNKNOWN`, clients
 * should prefer the HTTP status code as a more reliable reference for what the issue was" (Client-Server API v1.19,
 * "Standard error response"). The status is compared like everything else.
 */
function isVagueFor(ours: unknown, synapses: unknown): boolean {
  return synapses === 'M_UNKNOWN' && typeof ours === 'string' && ours.startsWith('M_');
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
