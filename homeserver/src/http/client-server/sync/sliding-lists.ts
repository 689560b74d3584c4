/** What both dialects of sliding sync ask for in the same way. */

const ROOM_TYPES = { type: 'array', items: { type: ['string', 'null'] } } as const;
const TEXTS = { type: 'array', items: { type: 'string' } } as const;

/** The first and the last place of a part of a list. */
export const RANGE_SCHEMA = {
  type: 'array',
  items: { type: 'integer', minimum: 0 },
  minItems: 2,
  maxItems: 2,
} as const;

/** Filters of a list, but for the one of invites, which each dialect names in its own way. */
export const LIST_FILTERS = {
  is_dm: { type: 'boolean' },
  is_encrypted: { type: 'boolean' },
  spaces: TEXTS,
  room_types: ROOM_TYPES,
  not_room_types: ROOM_TYPES,
  tags: TEXTS,
  not_tags: TEXTS,
} as const;
