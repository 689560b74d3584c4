import { create } from 'zustand';
import { keepItem } from './keep-item.ts';
import { asObject, asString } from './parse.ts';

/** The keys that somebody chose in place of ours, by the ID of the action. */
export type KeyBindings = Readonly<Record<string, string>>;

const storageKey = 'guildhall.keys';

function load(): KeyBindings {
  try {
    const stored = asObject(JSON.parse(localStorage.getItem(storageKey) ?? '{}')) ?? {};
    return Object.fromEntries(
      Object.entries(stored).flatMap(([id, key]) => {
        const name = asString(key);
        return name === undefined ? [] : [[id, name]];
      }),
    );
  } catch {
    return {};
  }
}

export const useKeyBindings = create<{ readonly bindings: KeyBindings }>(() => ({ bindings: load() }));

/** What has a key: an action, or a line that names one. */
interface Keyed {
  readonly id: string;
  readonly key?: string;
}

/** The key that does something now: the one that somebody chose, else ours. */
export function readKeyOf({ id, key }: Keyed): string | undefined {
  return useKeyBindings.getState().bindings[id] ?? key;
}

/** Lets another key do it; undefined goes back to ours. */
export function chooseKey(id: string, key: string | undefined): void {
  const { [id]: _before, ...others } = useKeyBindings.getState().bindings;
  const bindings = key === undefined ? others : { ...others, [id]: key };
  useKeyBindings.setState({ bindings });
  keepItem(storageKey, JSON.stringify(bindings));
}

export function resetKeys(): void {
  useKeyBindings.setState({ bindings: {} });
  localStorage.removeItem(storageKey);
}
