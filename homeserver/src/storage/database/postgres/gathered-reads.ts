import type { Query, QueryValue } from '../sql.ts';

type AnyRow = Readonly<Record<string, unknown>>;
type RunQuery = <P extends readonly QueryValue[], R>(query: Query<P, R>, params: P) => Promise<R[]>;

/** Somebody who waits for rows. */
interface Asked {
  readonly values: readonly (string | number)[];
  readonly resolve: (rows: AnyRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Somebody who waits for the rows of a query of their own. */
interface AskedOnce extends Pick<Asked, 'resolve' | 'reject'> {
  readonly params: readonly QueryValue[];
}

/**
 * Asks at once what is asked by many at the same moment: a response about a thousand rooms looks up the same things in
 * each, and a round trip costs more than the rows. Nobody waits for others: what is asked goes out before the loop turns.
 */
export class GatheredReads {
  readonly #run: RunQuery;
  /** By the query and all of its parameters but the list. */
  readonly #asked = new Map<string, Asked[]>();
  /** By the text of the query. */
  readonly #each = new Map<string, AskedOnce[]>();

  constructor(run: RunQuery) {
    this.#run = run;
  }

  /**
   * As many times as it is asked, at once.
   *
   * @param forMany the text for lists of each parameter.
   */
  each<P extends readonly QueryValue[], R>(query: Query<P, R>, params: P, forMany: string): Promise<R[]> {
    return new Promise<AnyRow[]>((resolve, reject) => {
      const one = { params, resolve, reject };
      const known = this.#each.get(forMany);
      if (known !== undefined) {
        known.push(one);
        return;
      }
      const asked: AskedOnce[] = [one];
      this.#each.set(forMany, asked);
      process.nextTick(() => {
        this.#each.delete(forMany);
        this.#runEach(query, forMany, asked).catch((error: unknown) => {
          for (const { reject: refuse } of asked) refuse(error);
        });
      });
    }) as Promise<R[]>;
  }

  async #runEach<P extends readonly QueryValue[], R>(
    query: Query<P, R>,
    forMany: string,
    asked: readonly AskedOnce[],
  ): Promise<void> {
    const [first] = asked;
    if (asked.length === 1 && first !== undefined) {
      first.resolve((await this.#run(query, first.params as P)) as AnyRow[]);
      return;
    }
    const many: Query<number[][], AnyRow> = { text: { sqlite: '', postgres: forMany } };
    const lists = (first?.params ?? []).map((_value, index) =>
      asked.map(({ params }) => Number(params[index])),
    );
    const rows = Map.groupBy(await this.#run(many, lists), ({ at }) => at);
    for (const [index, { resolve }] of asked.entries()) resolve(rows.get(index + 1) ?? []);
  }

  /** @param list which of the parameters is the list, and the column of the rows that has its values. */
  all<P extends readonly QueryValue[], R>(
    query: Query<P, R>,
    params: P,
    list: NonNullable<Query<P, R>['gathered']>,
  ): Promise<R[]> {
    const values = params[list.parameter];
    if (!Array.isArray(values)) throw new Error(`parameter ${list.parameter} of a gathered query is no list`);
    const others = params.toSpliced(list.parameter, 1);
    const key = `${query.text.postgres} ${JSON.stringify(others)}`;
    return new Promise<AnyRow[]>((resolve, reject) => {
      const known = this.#asked.get(key);
      if (known !== undefined) {
        known.push({ values, resolve, reject });
        return;
      }
      const asked: Asked[] = [{ values, resolve, reject }];
      this.#asked.set(key, asked);
      process.nextTick(() => {
        this.#asked.delete(key);
        const all = [...new Set(asked.flatMap((one) => one.values))];
        const gathered = params.with(list.parameter, all as string[] | number[]) as unknown as P;
        this.#run(query, gathered).then(
          (rows) => hand(rows as AnyRow[], list.column, asked),
          (error) => {
            for (const { reject: refuse } of asked) refuse(error);
          },
        );
      });
    }) as Promise<R[]>;
  }
}

function hand(rows: readonly AnyRow[], column: string, asked: readonly Asked[]): void {
  const byValue = Map.groupBy(rows, (row) => row[column]);
  for (const { values, resolve } of asked) {
    resolve([...new Set(values)].flatMap((value) => byValue.get(value) ?? []));
  }
}
