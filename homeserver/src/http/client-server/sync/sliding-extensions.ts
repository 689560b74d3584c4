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

/** What both dialects have as `extensions` in a request. */
export const EXTENSIONS_SCHEMA = {
  type: 'object',
  properties: {
    to_device: {
      type: 'object',
      properties: {
        enabled: { type: 'boolean' },
        since: { type: ['string', 'null'] },
        limit: { type: 'integer', minimum: 1 },
      },
    },
    e2ee: { type: 'object', properties: { enabled: { type: 'boolean' } } },
    account_data: SCOPED,
    receipts: SCOPED,
    typing: SCOPED,
  },
} as const;

const MOST_MESSAGES = 100;

/** Reads the extensions of a request: MSC3884, 3885, 3959, 3960 and 3961. Others are not known here. */
export function readExtensions(extensions: FromSchema<typeof EXTENSIONS_SCHEMA> = {}): ExtensionsRequest {
  const { to_device: toDevice, e2ee, account_data: accountData, receipts, typing } = extensions;
  const since = typeof toDevice?.since === 'string' ? toDevice.since : undefined;
  return {
    toDevice: toDevice?.enabled === true ? { since, limit: toDevice.limit ?? MOST_MESSAGES } : undefined,
    endToEnd: e2ee?.enabled === true,
    accountData: scopeIn(accountData),
    receipts: scopeIn(receipts),
    typing: scopeIn(typing),
  };
}

function scopeIn(written: FromSchema<typeof SCOPED> | undefined): ExtensionScope | undefined {
  return written?.enabled === true ? { lists: written.lists, rooms: written.rooms } : undefined;
}
