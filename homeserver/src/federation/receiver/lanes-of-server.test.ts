import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { rejection } from '../../../test-kit/rejection.ts';
import { systemClock } from '../../base/clock.ts';
import type { StagedEvent } from '../../storage/index.ts';
import { type LaneParts, LanesOfServer } from './lanes-of-server.ts';

/** Lanes over a list of events, which are received when the test says so. */
class Lanes {
  readonly staged: StagedEvent[] = [];
  /** What each lane was given, in order. */
  readonly begun: string[][] = [];
  readonly resting = new Set<string>();
  /** Why nothing can be read. */
  failure: Error | undefined;
  readonly stopping = new AbortController();
  readonly #ends = new Map<string, PromiseWithResolvers<void>>();
  readonly lanes: LanesOfServer;

  constructor() {
    const parts: LaneParts = {
      clock: systemClock,
      read: async (after, limit) => {
        if (this.failure !== undefined) throw this.failure;
        return this.staged.filter(({ stagedId }) => stagedId > after).slice(0, limit);
      },
      isResting: (roomId) => this.resting.has(roomId),
      receive: (roomId, events) => {
        this.begun.push(events.map(({ eventId }) => eventId));
        const end = Promise.withResolvers<void>();
        this.#ends.set(roomId, end);
        return end.promise;
      },
    };
    this.lanes = new LanesOfServer(parts);
  }

  stage(roomId: string, eventId: string): void {
    this.staged.push({ stagedId: this.staged.length + 1, roomId, eventId });
  }

  run(): Promise<void> {
    return this.lanes.run(this.stopping.signal);
  }

  async end(roomId: string, error?: Error): Promise<void> {
    const end = this.#ends.get(roomId);
    if (error === undefined) end?.resolve();
    else end?.reject(error);
    await nextTurn();
  }
}

describe('the lanes of a server', () => {
  it('receive rooms side by side, and the events of each in their order', async () => {
    const lanes = new Lanes();
    for (const [roomId, eventId] of ['a1', 'b2', 'a3', 'a4'].map((text) => [...text])) {
      lanes.stage(`!${roomId}`, `$${eventId}`);
    }
    const ended = lanes.run();
    await nextTurn();
    expect(lanes.begun).to.deep.equal([['$1', '$3', '$4'], ['$2']]);
    await lanes.end('!a');
    await lanes.end('!b');
    await ended;
  });

  it('do not wait for one of them: what is staged meanwhile goes on, in its own room after what is there', async () => {
    const lanes = new Lanes();
    lanes.stage('!slow', '$1');
    const ended = lanes.run();
    await nextTurn();
    lanes.stage('!slow', '$2');
    lanes.stage('!other', '$3');
    lanes.lanes.look();
    await nextTurn();
    expect(lanes.begun).to.deep.equal([['$1'], ['$3']]);
    await lanes.end('!slow');
    expect(lanes.begun).to.deep.equal([['$1'], ['$3'], ['$2']]);
    await lanes.end('!slow');
    await lanes.end('!other');
    await ended;
  });

  it('are not too many at once', async () => {
    const lanes = new Lanes();
    for (let count = 0; count < 100; count += 1) lanes.stage(`!${count}`, `$${count}`);
    const ended = lanes.run();
    await nextTurn();
    expect(lanes.begun).to.have.length(32);
    await lanes.end('!0');
    expect(lanes.begun).to.have.length(33);
    for (let count = 1; count < 100; count += 1) await lanes.end(`!${count}`);
    await ended;
    expect(lanes.begun).to.have.length(100);
  });

  it('tell at the end that one of them failed, and that one is to rest', async () => {
    const lanes = new Lanes();
    lanes.stage('!a', '$1');
    lanes.stage('!b', '$2');
    const failure = rejection(lanes.run());
    await nextTurn();
    await lanes.end('!a', new Error('not now'));
    await lanes.end('!b');
    expect(await failure).to.have.property('message', 'not now');
    lanes.resting.add('!b');
    const again = new Lanes();
    again.resting.add('!b');
    again.stage('!b', '$2');
    expect(String(await rejection(again.run()))).to.include('!b');
    expect(again.begun).to.deep.equal([]);
  });

  it('begin nothing more when the server stops, and wait for those that run', async () => {
    const lanes = new Lanes();
    lanes.stage('!a', '$1');
    const failure = rejection(lanes.run());
    await nextTurn();
    lanes.stage('!b', '$2');
    lanes.stopping.abort(new Error('stopped'));
    await lanes.end('!a');
    expect(await failure).to.have.property('message', 'stopped');
    expect(lanes.begun).to.deep.equal([['$1']]);
  });

  it('end no sooner than those that run when it cannot be read what is staged', async () => {
    const lanes = new Lanes();
    lanes.stage('!a', '$1');
    let isOver = false;
    const failure = rejection(lanes.run()).finally(() => {
      isOver = true;
    });
    await nextTurn();
    lanes.failure = new Error('no database');
    lanes.lanes.look();
    await nextTurn();
    expect(isOver).to.equal(false);
    await lanes.end('!a');
    expect(await failure).to.equal(lanes.failure);
  });
});
