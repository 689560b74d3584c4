import { PRESENCE_STATES, type PresenceState } from './presence-state.ts';

/** What a process says of a user to the others. */
export type PresenceNews = {
  readonly userId: string;
} & (
  | {
      /** How the user is present there, and for how long that counts unless it is said again. */
      readonly presence: PresenceState;
      readonly forMs: number;
      readonly lastActiveTs?: number | undefined;
      readonly statusMessage?: string | undefined;
    }
  /** What the user has set there. */
  | { readonly declared: PresenceState; readonly statusMessage?: string | undefined }
  /** The user has done something there. */
  | { readonly isActive: true }
);

/** How one user is present at other processes. */
export class PresenceElsewhere {
  readonly #said = new Map<string, { readonly presence: PresenceState; readonly until: number }>();

  /** Takes over what a process says. */
  hear(process: string, presence: PresenceState, until: number): void {
    if (presence === 'offline') this.#said.delete(process);
    else this.#said.set(process, { presence, until });
  }

  /** The best of what counts at a time. */
  at(now: number): PresenceState {
    return [...this.#said.values()].reduce<PresenceState>(
      (best, { presence, until }) => (until > now ? betterPresence(best, presence) : best),
      'offline',
    );
  }

  /** When something that was said ends to count next; infinite if nothing does. */
  nextChangeAfter(now: number): number {
    return Math.min(Infinity, ...[...this.#said.values()].map(({ until }) => until).filter((at) => at > now));
  }
}

/** Whoever is online somewhere is online. */
export function betterPresence(one: PresenceState, other: PresenceState): PresenceState {
  return PRESENCE_STATES.indexOf(one) < PRESENCE_STATES.indexOf(other) ? one : other;
}
