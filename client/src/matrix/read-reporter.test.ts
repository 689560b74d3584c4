import { expect } from 'chai';
import { ConnectionError, MatrixError, MatrixEvent } from 'matrix-js-sdk';
import { ReadReporter } from './read-reporter.ts';

/** A server that says what a test tells it to; `reported` are the events that it was told of. */
class Desk {
  readonly reported: string[] = [];
  readonly shown: string[] = [];
  readonly reports = new ReadReporter({
    getSafeUserId: () => '@me:hall',
    setRoomReadMarkersHttpRequest: async (_roomId, eventId) => {
      this.reported.push(eventId);
      const answer = this.#answers.shift();
      await Promise.resolve();
      if (answer) throw answer;
      return {};
    },
  });
  readonly #answers: (Error | undefined)[];

  constructor(...answers: (Error | undefined)[]) {
    this.#answers = answers;
  }

  read(eventId: string): void {
    const addLocalEchoReceipt = (): void => void this.shown.push(eventId);
    this.reports.report({ roomId: '!room', addLocalEchoReceipt }, new MatrixEvent({ event_id: eventId }));
  }

  /** Lets everything happen that needs no time, and ends every pause. */
  async goOn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.reports.retryNow();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const lost = new ConnectionError('fetch failed');

describe('ReadReporter', () => {
  let desk: Desk;

  afterEach(() => desk.reports.stop());

  it('shows a read position at once', () => {
    desk = new Desk();
    desk.read('$1');
    expect(desk.shown).to.deep.equal(['$1']);
  });

  it('sends a position again that did not arrive, until it does', async () => {
    desk = new Desk(lost, lost);
    desk.read('$1');
    for (let round = 0; round < 4; round += 1) await desk.goOn();
    expect(desk.reported).to.deep.equal(['$1', '$1', '$1']);
  });

  it('sends the newest position only, when several came while one was on its way', async () => {
    desk = new Desk();
    for (const eventId of ['$1', '$2', '$3']) desk.read(eventId);
    await desk.goOn();
    expect(desk.reported).to.deep.equal(['$1', '$3']);
  });

  it('does not go back to a position that failed when a newer one is there', async () => {
    desk = new Desk(lost);
    desk.read('$1');
    desk.read('$2');
    for (let round = 0; round < 2; round += 1) await desk.goOn();
    expect(desk.reported).to.deep.equal(['$1', '$2']);
  });

  it('waits as long as a server asks that is asked too often, and then sends again', async () => {
    desk = new Desk(new MatrixError({ errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 5000 }, 429));
    desk.read('$1');
    await desk.goOn();
    expect(desk.reported).to.deep.equal(['$1', '$1']);
  });

  it('gives up what the server refuses, and reports the next one', async () => {
    desk = new Desk(new MatrixError({ errcode: 'M_FORBIDDEN' }, 403));
    desk.read('$1');
    await desk.goOn();
    expect(desk.reported).to.deep.equal(['$1']);
    desk.read('$2');
    await desk.goOn();
    expect(desk.reported).to.deep.equal(['$1', '$2']);
  });
});
