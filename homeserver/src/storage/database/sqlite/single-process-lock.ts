import BetterSqlite3 from 'better-sqlite3';

/** Holds a database for this process. */
export interface ProcessLock {
  release(): void;
}

/**
 * Makes sure that one process has a database: positions and ids are counted in memory, so a second writer would give
 * them twice. The lock is an exclusive transaction on a file of its own, which the system ends with the process,
 * however that ends.
 *
 * @throws an error that says what to do when another process has it.
 */
export function lockForThisProcess(databasePath: string): ProcessLock {
  const lock = new BetterSqlite3(`${databasePath}-lock`);
  try {
    lock.pragma('busy_timeout = 2000');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!(error instanceof BetterSqlite3.SqliteError) || error.code !== 'SQLITE_BUSY') throw error;
    throw new Error(
      `Another Guildhall is running on ${databasePath}. Stop it first, or start this one with another DATA_DIR.`,
      { cause: error },
    );
  }
  return { release: () => void lock.close() };
}
