import type { Database } from '../database/database.ts';
import { readColumns } from '../database/schema.ts';
import { defineQuery } from '../database/sql.ts';
import { BlobMissing, type BlobStore } from '../media/blob-store.ts';

/** What became of the content that a database names. */
export interface CopiedContent {
  copied: number;
  /** There already. Content never changes under its hash. */
  present: number;
  /** Hashes of what the database names and the source does not have. */
  readonly missing: string[];
}

/** A bucket answers each question after a while. */
const AT_ONCE = 8;

/** Copies the uploads and thumbnails that a database names from one store to another. */
export async function copyContent(
  database: Pick<Database, 'all'>,
  from: BlobStore,
  to: BlobStore,
): Promise<CopiedContent> {
  const result: CopiedContent = { copied: 0, present: 0, missing: [] };
  const hashes = (await namedContent(database)).values();
  const copyRest = async (): Promise<void> => {
    for (const sha256 of hashes) {
      if (await to.has(sha256)) result.present += 1;
      else if (await copyOne(sha256, from, to)) result.copied += 1;
      else result.missing.push(sha256);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, copyRest));
  return result;
}

/** Every column of this name is the hash of something in the store, in whatever table. */
async function namedContent(database: Pick<Database, 'all'>): Promise<Set<string>> {
  const named = new Set<string>();
  for (const { table, name } of await readColumns(database)) {
    if (name !== 'sha256') continue;
    const query = defineQuery<[], { sha256: string }>(
      `SELECT DISTINCT sha256 FROM ${table} WHERE sha256 IS NOT NULL`,
    );
    for (const row of await database.all(query, [])) named.add(row.sha256);
  }
  return named;
}

async function copyOne(sha256: string, from: BlobStore, to: BlobStore): Promise<boolean> {
  try {
    const saved = await to.save(await from.read(sha256), Number.POSITIVE_INFINITY);
    if (saved.sha256 !== sha256)
      throw new Error(`The content ${sha256} is damaged: its hash is ${saved.sha256}`);
    return true;
  } catch (error) {
    if (error instanceof BlobMissing) return false;
    throw error;
  }
}
