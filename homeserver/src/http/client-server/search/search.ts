import { parseRoomEventFilter } from '../../../accounts/index.ts';
import { SEARCH_KEYS, searchEvents } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { textQuery } from '../../request-values.ts';

/** Synapse's numbers of events around a result, which the specification leaves open. */
const DEFAULT_AROUND = 5;

export const search = endpoint(
  'search',
  { limit: 'search' },
  async ({ body, query, requester, services }) => {
    const asked = body.search_categories.room_events;
    if (asked === undefined) return { search_categories: {} };
    const { event_context: around, groupings } = asked;
    const found = await searchEvents(services.rooms, requester, {
      term: asked.search_term,
      keys: asked.keys ?? SEARCH_KEYS,
      filter: parseRoomEventFilter(asked.filter ?? {}),
      order: asked.order_by ?? 'rank',
      groupBy: (groupings?.group_by ?? []).flatMap(({ key }) => key ?? []),
      surroundings:
        around === undefined
          ? undefined
          : {
              before: Math.max(0, around.before_limit ?? DEFAULT_AROUND),
              after: Math.max(0, around.after_limit ?? DEFAULT_AROUND),
              includeProfile: around.include_profile ?? false,
            },
      includeState: asked.include_state ?? false,
      nextBatch: textQuery(query, 'next_batch'),
    });
    return { search_categories: { room_events: found } };
  },
);
