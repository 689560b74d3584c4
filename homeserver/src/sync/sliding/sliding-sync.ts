import { Deadline } from '../deadline.ts';
import { type Connection, Connections } from './connections.ts';
import { acknowledgeToDevice } from './extensions.ts';
import type { SlidingContext, SlidingFrame } from './sliding-frame.ts';
import type { SlidingRequest } from './sliding-request.ts';
import { buildSlidingResponse, type SlidingAnswer } from './sliding-response.ts';

/** Tells clients what is new in the rooms that they look at, and waits until there is something. */
export class SlidingSync {
  readonly #context: SlidingContext;
  readonly #connections = new Connections();

  constructor(context: SlidingContext) {
    this.#context = context;
  }

  /**
   * What is new to a connection; waits for it up to the timeout if there is nothing yet.
   *
   * Source: MSC4186.
   * @throws {MatrixError} 400 `M_UNKNOWN_POS` for a connection that has to begin again.
   */
  async sync(request: SlidingRequest): Promise<SlidingAnswer> {
    const { viewer } = request;
    const connection = this.#connections.open(viewer, request.connectionId, request.pos);
    const signal = AbortSignal.any([request.signal, connection.beginRequest()]);
    await acknowledgeToDevice(this.#context, request);
    const endPresence = this.#context.realtime.presence.userIsSyncing(viewer.userId, request.setPresence);
    try {
      return await this.#waitForNews({ ...request, signal }, connection);
    } finally {
      endPresence();
    }
  }

  async #waitForNews(request: SlidingRequest, connection: Connection): Promise<SlidingAnswer> {
    const { notifier, rooms } = this.#context;
    const interest = notifier.register(request.viewer.userNid);
    const end = new Deadline(rooms.clock, request, () => interest.wake());
    try {
      for (;;) {
        // Register, then read, then wait: whatever comes after the read ends the wait.
        interest.arm();
        await rooms.userRooms.of(request.viewer.userNid);
        // Read in the same turn as the frame. Another process may have changed them in between: then once more.
        const memberships = rooms.userRooms.known(request.viewer.userNid);
        if (memberships === undefined) continue;
        const frame = this.#frame(request, connection);
        const { answer, isEmpty, advance } = await buildSlidingResponse(this.#context, frame, memberships);
        // Nobody reads the answer: the connection stays where it is, or another request brings it on.
        if (request.signal.aborted) return { ...answer, pos: request.pos ?? '' };
        if (!isEmpty || frame.since === undefined || end.isOver) {
          return { ...answer, pos: connection.advance(rooms.epoch, advance) };
        }
        connection.pass(advance);
        await interest.wait();
      }
    } finally {
      end.cancel();
      interest.close();
    }
  }

  #frame(request: SlidingRequest, connection: Connection): SlidingFrame {
    const { notifier, realtime } = this.#context;
    return {
      request,
      viewer: request.viewer,
      connection,
      since: connection.place,
      until: { position: notifier.position, ephemeral: realtime.log.position },
    };
  }
}
