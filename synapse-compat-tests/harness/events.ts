import { type Client, inRoom } from './client.ts';

/** An event as clients get it, as far as cases look into it. */
export interface SeenEvent {
  readonly type: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly event_id: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly unsigned?: Readonly<Record<string, unknown>>;
}

/** The state of a room: what is where, as the order of state says nothing. */
export async function stateOf(client: Client, roomId: string): Promise<Record<string, unknown>> {
  return byTypeAndKey(await client.ok('GET', inRoom(roomId, 'state')));
}

/** The content of state events by type and key, with the sender. */
export function byTypeAndKey(events: readonly SeenEvent[]): Record<string, unknown> {
  return Object.fromEntries(
    events.map(({ type, state_key: stateKey = '', sender, content }) => [
      `${type}|${stateKey}`,
      { sender, content },
    ]),
  );
}

/** Events in the fewest words: what somebody said, or did to whom. */
export function inShort(events: readonly SeenEvent[]): string[] {
  return events.map(({ type, state_key: stateKey, content }) => {
    const what = content.body ?? content.membership ?? content.name ?? content.topic;
    return [type, stateKey, what].filter((part) => part !== undefined && part !== '').join(' ');
  });
}
