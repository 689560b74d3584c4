import { useRef, useState } from 'react';
import type { SearchActions, SearchQuery } from '../../matrix/search.ts';
import type { FoundMessage } from '../../matrix/types.ts';

export interface SearchState {
  readonly phase: 'idle' | 'searching' | 'ready' | 'failed';
  readonly messages: readonly FoundMessage[];
  readonly highlights: readonly string[];
  readonly next: string | undefined;
  readonly error: unknown;
}

const nothingYet: SearchState = {
  phase: 'idle',
  messages: [],
  highlights: [],
  next: undefined,
  error: undefined,
};

/** Looks for messages; only what was asked for last is shown, however the answers arrive. */
export function useSearch(actions: SearchActions) {
  const [state, setState] = useState(nothingYet);
  const last = useRef<{ readonly query: SearchQuery }>(undefined);

  const look = async (query: SearchQuery, before: SearchState): Promise<void> => {
    const asked = { query };
    last.current = asked;
    setState({ ...before, phase: 'searching' });
    try {
      const page = await actions.find(query, before.next);
      if (last.current !== asked) return;
      setState({
        phase: 'ready',
        messages: [...before.messages, ...page.messages],
        highlights: page.highlights.length > 0 ? page.highlights : before.highlights,
        next: page.next,
        error: undefined,
      });
    } catch (error) {
      if (last.current === asked) setState({ ...before, phase: 'failed', error });
    }
  };

  return {
    state,
    search: (query: SearchQuery) => void look(query, nothingYet),
    /** Goes on where the last answer ended, or tries that again. */
    goOn: () => last.current && void look(last.current.query, state),
    clear: () => {
      last.current = undefined;
      setState(nothingYet);
    },
  };
}
