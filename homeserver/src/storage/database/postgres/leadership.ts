import pg from 'pg';

/** So that names of leads and other advisory locks do not meet: the first of a lock's two numbers. */
const LEADS = 0x6c65_6164;

/**
 * Which process does what only one may do at a time: an advisory lock for each task, held by a session of its own. A
 * process that dies loses its session, and with it its leads.
 */
export class Leadership {
  readonly #url: string;
  readonly #leads = new Set<string>();
  #client: Promise<pg.Client> | undefined;
  /** One question at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(url: string) {
    this.#url = url;
  }

  /** Takes the lead in a task, unless another process has it. @returns whether this process has it now. */
  tryLead(task: string): Promise<boolean> {
    const asked = this.#last.then(() => this.#ask(task));
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  async #ask(task: string): Promise<boolean> {
    if (this.#leads.has(task)) return true;
    const client = await this.#connect();
    const { rows } = await client.query<{ locked: boolean }>({
      text: 'SELECT pg_try_advisory_lock($1, hashtext($2)) AS locked',
      values: [LEADS, task],
    });
    const isLeading = rows[0]?.locked === true;
    if (isLeading) this.#leads.add(task);
    return isLeading;
  }

  /** Gives every lead up. */
  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  #connect(): Promise<pg.Client> {
    this.#client ??= this.#open();
    return this.#client;
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#url });
    const lose = (): void => {
      this.#client = undefined;
      this.#leads.clear();
    };
    client.on('error', lose);
    client.on('end', lose);
    try {
      await client.connect();
    } catch (error) {
      lose();
      throw error;
    }
    return client;
  }
}
