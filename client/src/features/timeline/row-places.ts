/** A row as far as its place is concerned. */
export interface PlacedRow {
  readonly key: string;
  /** What it is taken to measure until it is measured, in pixels. */
  readonly estimate: number;
}

/**
 * Where rows lie that stand one upon the other, in pixels from the top of the first one.
 * What was measured of a row stays known by its key, while other rows come and go around it.
 */
export class RowPlaces {
  #rows: readonly PlacedRow[] = [];
  #indexes = new Map<string, number>();
  readonly #heights = new Map<string, number>();
  /** The top of each row, and the end of the last one. */
  #tops = new Float64Array(1);
  /** From this row on the tops have to be worked out again. */
  #firstStale = 0;

  setRows(rows: readonly PlacedRow[]): void {
    this.#rows = rows;
    this.#indexes = new Map(rows.map(({ key }, index) => [key, index]));
    this.#tops = new Float64Array(rows.length + 1);
    this.#firstStale = 0;
  }

  /** Notes what a row measures. */
  setHeight(key: string, height: number): void {
    if (this.#heights.get(key) === height) return;
    this.#heights.set(key, height);
    this.#firstStale = Math.min(this.#firstStale, this.#indexes.get(key) ?? this.#rows.length);
  }

  /** What a row measures, as far as it was measured. */
  heightOf(key: string): number | undefined {
    return this.#heights.get(key);
  }

  get count(): number {
    return this.#rows.length;
  }

  /** The height of all rows together. */
  get height(): number {
    return this.topOf(this.#rows.length);
  }

  /** The top of a row; the end of the last one for the index behind it. */
  topOf(index: number): number {
    for (; this.#firstStale < this.#rows.length; this.#firstStale += 1) {
      const row = this.#rows[this.#firstStale];
      const height = row ? (this.#heights.get(row.key) ?? row.estimate) : 0;
      this.#tops[this.#firstStale + 1] = (this.#tops[this.#firstStale] ?? 0) + height;
    }
    return this.#tops[index] ?? 0;
  }

  keyOf(index: number): string | undefined {
    return this.#rows[index]?.key;
  }

  /** The place of a row in the list; undefined when it is not in it. */
  indexOf(key: string): number | undefined {
    return this.#indexes.get(key);
  }

  /** The row that covers a place, or the one that is nearest to it; 0 when there are none. */
  findIndex(place: number): number {
    let low = 0;
    let high = this.#rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.topOf(middle) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
