import { setTimeout as delay } from 'node:timers/promises';
import { pick } from '../random-history.ts';
import { roomPath, type TestResponse, type TestUser } from '../test-user.ts';
import { sendMarked, type World } from './world.ts';

/** Rooms of earlier rounds in which nothing happens any more, and what was sent there last. */
export interface OldRoom {
  readonly roomId: string;
  readonly eventId: string;
}

/** An admin who deletes rooms that were made, and the beginning of the history of old ones and of one that is written. */
export class Purger {
  readonly #admin: TestUser;
  readonly #oldRooms: OldRoom[] = [];
  /** Requests of purges that were answered, or may have been taken. */
  readonly #deletions = new Set<string>();
  readonly #purgeIds = new Set<string>();

  constructor(admin: TestUser) {
    this.#admin = admin;
  }

  /** Leaves a room to be purged in later rounds. */
  addOldRoom(room: OldRoom): void {
    this.#oldRooms.push(room);
  }

  /** One purge. */
  async purge(world: World): Promise<void> {
    const act = pick(
      [() => this.#deleteRoom(world), () => this.#shortenOld(world), () => this.#keepDiary(world)],
      world.dice,
    );
    await act();
    // Jobs take turns with everything else: there is no need to wait for one to begin the next.
    await delay(20);
  }

  /** Waits until all that was asked for is done. @returns the rooms that are gone, and what failed. */
  async finish(): Promise<{ readonly gone: string[]; readonly faults: string[] }> {
    const [gone, faults]: [string[], string[]] = [[], []];
    for (const roomId of this.#deletions) {
      const path = `/_synapse/admin/v2/rooms/${encodeURIComponent(roomId)}/delete_status`;
      const { results = [] } = await this.#whenDone(path, (body) => body.results ?? []);
      for (const { status, error } of results) {
        if (status === 'complete') gone.push(roomId);
        else faults.push(`deleting ${roomId}: ${error}`);
      }
    }
    for (const id of this.#purgeIds) {
      const { status, error } = await this.#whenDone(
        `/_synapse/admin/v1/purge_history_status/${id}`,
        (body) => [body],
      );
      if (status !== 'complete') faults.push(`purging history: ${error}`);
    }
    return { gone, faults };
  }

  async #whenDone(
    path: string,
    parts: (body: TestResponse['body']) => { readonly status?: string }[],
  ): Promise<TestResponse['body']> {
    for (;;) {
      const { status, body } = await this.#admin.request('GET', path);
      // What was asked for and not answered may not have been taken.
      if (status === 404) return {};
      if (!parts(body).some((part) => part.status === 'active')) return body;
      await delay(20);
    }
  }

  async #deleteRoom({ ledger, dice }: World): Promise<void> {
    const made = ledger.deeds.filter(({ kind, roomId }) => kind === 'create' && roomId !== undefined);
    if (made.length === 0) return;
    const roomId = pick(made, dice).roomId ?? '';
    if (ledger.deleted.has(roomId)) return;
    ledger.deleted.add(roomId);
    this.#deletions.add(roomId);
    const path = `/_synapse/admin/v2/rooms/${encodeURIComponent(roomId)}`;
    await this.#ask('DELETE', path, { purge: true, force_purge: true });
  }

  async #shortenOld({ ledger, dice }: World): Promise<void> {
    if (this.#oldRooms.length === 0) return;
    const { roomId, eventId } = pick(this.#oldRooms, dice);
    ledger.shortened.add(roomId);
    await this.#shorten(roomId, eventId);
  }

  /** A room of the admin's own, whose pages are torn out while it is written. */
  async #keepDiary(world: World): Promise<void> {
    const { ledger } = world;
    const made = await this.#ask('POST', '/_matrix/client/v3/createRoom', { preset: 'public_chat' });
    const roomId: string | undefined = made?.room_id;
    if (roomId === undefined) return;
    const pages: string[] = [];
    for (let page = 1; page <= 12; page += 1) {
      const eventId = await sendMarked(world, this.#admin, roomId, ledger.begin('send', this.#admin, roomId));
      if (eventId === undefined) return;
      pages.push(eventId);
      if (page !== 8) continue;
      ledger.shortened.add(roomId);
      await this.#shorten(roomId, pages[5] ?? '');
    }
    await this.#admin
      .request('PUT', `${roomPath(roomId)}/state/io.guildhall.test/`, { text: 'the end' })
      .catch(() => undefined);
  }

  async #shorten(roomId: string, eventId: string): Promise<void> {
    const path = `/_synapse/admin/v1/purge_history/${encodeURIComponent(roomId)}/${encodeURIComponent(eventId)}`;
    const answer = await this.#ask('POST', path, { delete_local_events: true });
    if (answer?.purge_id !== undefined) this.#purgeIds.add(answer.purge_id);
  }

  async #ask(method: string, path: string, body: object): Promise<TestResponse['body'] | undefined> {
    const response = await this.#admin.request(method, path, body).catch(() => undefined);
    return response?.status === 200 ? response.body : undefined;
  }
}
