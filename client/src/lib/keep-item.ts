import { create } from 'zustand';

/** Whether the browser has no room for what we give it to keep: it is said, and everything goes on without. */
export const useStorageRoom = create<{ readonly isFull: boolean }>(() => ({ isFull: false }));

/** What could not be kept, the newest of each name. */
const refused = new Map<string, () => void>();

/** Keeps something in the browser if there is room. What there was none for is kept with the next thing that there is. */
export function tryToKeep(name: string, write: () => void): void {
  refused.set(name, write);
  for (const [waiting, keep] of refused) {
    try {
      keep();
      refused.delete(waiting);
    } catch {
      // It waits.
    }
  }
  useStorageRoom.setState({ isFull: refused.size > 0 });
}

/** As `localStorage.setItem`, if there is room. */
export function keepItem(key: string, value: string): void {
  tryToKeep(key, () => localStorage.setItem(key, value));
}
