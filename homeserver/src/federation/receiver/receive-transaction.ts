import { hash } from 'node:crypto';
import { KeyedQueue } from '../../base/keyed-queue.ts';
import { badJson, limitExceeded } from '../../protocol/errors.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { pduToWire } from '../../protocol/wire.ts';
import { JobKind, UnitOfWork } from '../../storage/index.ts';
import { type CheckedPdus, checkPdus } from './check-pdus.ts';
import { EduReceiver } from './edus/receive-edus.ts';
import type { StagedEvents } from './receive-staged.ts';
import type { ReceiverContext } from './receiver-context.ts';

/** Source: Server-Server API v1.19, "Transactions". */
const MOST_PDUS = 50;
const MOST_EDUS = 100;

/** Servers send one transaction at a time. */
const MOST_WAITING = 5;
/** Events of a room that one server has sent and that are not in the room yet. */
const MOST_STAGED = 1000;
const RETRY_MS = 5_000;
const REMEMBERED_MS = 7 * 24 * 60 * 60_000;
const FORGET_EVERY_MS = 60 * 60_000;

/** A transaction as it came. */
export interface Transaction {
  readonly origin: ServerName;
  readonly txnId: string;
  readonly pdus: readonly unknown[];
  readonly edus: readonly unknown[];
}

/** What the other server is told: for each event nothing, or why it was not taken. */
export interface TransactionAnswer {
  readonly pdus: Readonly<Record<string, { readonly error?: string }>>;
}

/**
 * Takes the transactions of other servers. An event that passed the checks which need nothing but itself is stored before
 * the answer; it gets into its room afterwards, in a job.
 */
export class TransactionReceiver {
  readonly #context: ReceiverContext;
  readonly #staged: StagedEvents;
  readonly #edus: EduReceiver;
  /** One transaction of a server at a time: a repetition waits for the first. */
  readonly #queue = new KeyedQueue();
  readonly #waiting = new Map<ServerName, number>();
  #forgotTs = 0;

  constructor(context: ReceiverContext, staged: StagedEvents) {
    this.#context = context;
    this.#staged = staged;
    this.#edus = new EduReceiver(context);
  }

  /**
   * Source: Server-Server API v1.19, `PUT /send/{txnId}`.
   *
   * @throws MatrixError 400 `M_BAD_JSON` for more than 50 events or 100 EDUs; 429 `M_LIMIT_EXCEEDED` for a server that
   * sends more at a time than is taken, which has to send it again later.
   */
  async receive(transaction: Transaction): Promise<TransactionAnswer> {
    const { origin, pdus, edus } = transaction;
    if (pdus.length > MOST_PDUS || edus.length > MOST_EDUS) {
      throw badJson(`A transaction has at most ${MOST_PDUS} PDUs and ${MOST_EDUS} EDUs`);
    }
    const waiting = this.#waiting.get(origin) ?? 0;
    if (waiting >= MOST_WAITING) throw limitExceeded(RETRY_MS);
    this.#waiting.set(origin, waiting + 1);
    try {
      return await this.#queue.run(origin, () => this.#receive(transaction));
    } finally {
      const left = (this.#waiting.get(origin) ?? 1) - 1;
      if (left === 0) this.#waiting.delete(origin);
      else this.#waiting.set(origin, left);
    }
  }

  async #receive(transaction: Transaction): Promise<TransactionAnswer> {
    const { origin, pdus, edus } = transaction;
    const txnId = hash('sha256', transaction.txnId, 'base64url');
    const { storage } = this.#context;
    const before = await storage.received.answerOf(origin, txnId);
    if (before !== undefined) return JSON.parse(before) as TransactionAnswer;
    const checked = await checkPdus(this.#context, origin, pdus.filter(isJsonObject));
    await this.#requireSpace(origin, checked);
    // Before the transaction counts as taken: what a crash leaves undone comes again.
    await this.#edus.receive(origin, edus.filter(isJsonObject));
    const answer: TransactionAnswer = { pdus: checked.results };
    try {
      await this.#store({ origin, txnId, answer, checked });
    } catch (error) {
      // Another process was given the same transaction.
      const meanwhile = await storage.received.answerOf(origin, txnId);
      if (meanwhile === undefined) throw error;
      return JSON.parse(meanwhile) as TransactionAnswer;
    }
    return answer;
  }

  async #requireSpace(origin: ServerName, { events }: CheckedPdus): Promise<void> {
    const roomIds = [...new Set(events.map(({ roomId }) => roomId))];
    if (roomIds.length === 0) return;
    const staged = await this.#context.storage.received.mostStaged(roomIds, origin);
    if (staged >= MOST_STAGED) throw limitExceeded(RETRY_MS);
  }

  async #store({
    origin,
    txnId,
    answer,
    checked,
  }: {
    readonly origin: ServerName;
    readonly txnId: string;
    readonly answer: TransactionAnswer;
    readonly checked: CheckedPdus;
  }): Promise<void> {
    const { storage, clock } = this.#context;
    const now = clock.now();
    const unit = new UnitOfWork();
    storage.received.noteTransaction(unit, {
      origin,
      txnId,
      answer: JSON.stringify(answer),
      receivedTs: now,
    });
    for (const { roomId, room, event } of checked.events) {
      this.#staged.stage(unit, origin, roomId, event, JSON.stringify(pduToWire(event.pdu, room.rules)));
    }
    if (checked.events.length > 0) {
      storage.jobs.enqueue(unit, { kind: JobKind.ReceiveEvents, key: origin });
    }
    if (now - this.#forgotTs >= FORGET_EVERY_MS) {
      this.#forgotTs = now;
      storage.received.forgetTransactions(unit, now - REMEMBERED_MS);
    }
    await storage.database.commit(unit);
  }
}
