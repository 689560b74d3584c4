import type { ExtensionScope, ExtensionsRequest } from '../../../sync/index.ts';
import type { FromSchema } from '../../specification/json-schema.ts';

const SCOPED = {
  type: 'object',
  properties: {
    enabled: { type: 'boolean' },
    lists: { type: 'array', items: { type: 'string' }, maxItems: 100 },
    rooms: { type: 'array', items: { type: 'string' }, maxItems: 1000 },
  },
} as const;

/** What clients get in pages, each with a token of the extension's own. */
const PAGED = {
  type: 'object',
  properties: {
    enabled: { type: 'boolean' },
    since: { type: ['string', 'null'] },
    limit: { type: 'integer', minimum: 1 },
  },
} as const;

/** What both dialects have as `extensions` in a request. */
export const EXTENSIONS_SCHEMA = {
  type: 'object',
  properties: {
    to_device: PAGED,
    e2ee: { type: 'object', properties: { enabled: { type: 'boolean' } } },
    account_data: SCOPED,
    receipts: SCOPED,
    typing: SCOPED,
    'org.matrix.msc4354.sticky_events': PAGED,
  },
} as const;

/** As many messages and sticky events as one answer has, whatever the client wants. */
const LONGEST_PAGE = 100;

/** Reads the extensions of a request: MSC3884, 3885, 3959, 3960, 3961 and 4480. Others are not known here. */
export function readExtensions(extensions: FromSchema<typeof EXTENSIONS_SCHEMA> = {}): ExtensionsRequest {
  const { 'org.matrix.msc4354.sticky_events': sticky } = extensions;
  const { to_device: toDevice, e2ee, account_data: accountData, receipts, typing } = extensions;
  return {
    toDevice: pageIn(toDevice),
    endToEnd: e2ee?.enabled === true,
    accountData: scopeIn(accountData),
    receipts: scopeIn(receipts),
    typing: scopeIn(typing),
    sticky: pageIn(sticky),
  };
}

function pageIn(
  written: FromSchema<typeof PAGED> | undefined,
): { since: string | undefined; limit: number } | undefined {
  if (written?.enabled !== true) return undefined;
  const { since, limit = LONGEST_PAGE } = written;
  return { since: typeof since === 'string' ? since : undefined, limit: Math.min(limit, LONGEST_PAGE) };
}

function scopeIn(written: FromSchema<typeof SCOPED> | undefined): ExtensionScope | undefined {
  return written?.enabled === true ? { lists: written.lists, rooms: written.rooms } : undefined;
}
