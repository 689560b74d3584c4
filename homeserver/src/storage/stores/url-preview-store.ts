import type { Database } from '../database/database.ts';
import { defineQuery, defineUpsert } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/** What a page said of itself. */
export interface StoredPreview {
  readonly url: string;
  /** As the reader's client asked for it. */
  readonly language: string;
  /** JSON. */
  readonly preview: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresTs: number;
}

const upsertPreview = defineUpsert(
  'url_previews',
  { url: 'text', language: 'text', preview: 'text', expires_ts: 'bigint' },
  ['url', 'language'],
);
const byUrl = defineQuery<[string, string, number], { preview: string }>(
  'SELECT preview FROM url_previews WHERE url = ? AND language = ? AND expires_ts > ?',
);

/** Previews of pages, until they are old. */
export class UrlPreviewStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A preview that is not old yet. */
  async get(url: string, language: string, now: number): Promise<string | undefined> {
    return (await this.#database.get(byUrl, [url, language, now]))?.preview;
  }

  /** Keeps a preview, and forgets those that are old by now. */
  async put({ url, language, preview, expiresTs }: StoredPreview, now: number): Promise<void> {
    const unit = new UnitOfWork();
    unit.run('DELETE FROM url_previews WHERE expires_ts < ?', [now]);
    unit.write(upsertPreview, { url, language, preview, expires_ts: expiresTs });
    await this.#database.commit(unit);
  }
}
