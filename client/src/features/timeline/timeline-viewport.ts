import type { Readable } from '../../matrix/store.ts';
import { type PlacedRow, RowPlaces } from './row-places.ts';

/** How far above and below the screen rows are in the page, in pixels: what a finger scrolls in some frames. */
const overscan = 400;
/** How close to the end counts as being there, in pixels. */
const endThreshold = 60;
/** How long nothing has to move until scrolling counts as over, in milliseconds. */
const restTime = 150;
/** What is free below the last row, in pixels. */
const spaceBelow = 20;

/** The rows that are in the page; `end` is the index behind the last one. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** Where readers want to be. */
interface Goal {
  readonly key: string;
  readonly align: 'center' | 'nearest';
  readonly takesFocus: boolean;
}

/**
 * The rows of a timeline that are in the page, and where the reader is among them.
 *
 * The rows stand in the normal flow of a list whose height and space above are set here, as if all rows were there. Each
 * row is measured when it comes into the page; until then an estimate counts, so scrolling itself measures nothing.
 *
 * What counts is `#viewTop`, the place among the rows that is at the top of the screen. When rows come above it, or turn
 * out taller than they were taken for, it moves down among the rows and the space above them shrinks: on the screen
 * nothing moves. `scrollTop` is brought into line when the scrolling rests, or before the first row comes into sight,
 * since to write it stops what a finger has set going on some phones.
 */
export class TimelineViewport implements Readable<RowRange> {
  readonly #places = new RowPlaces();
  #rows: readonly PlacedRow[] | undefined;
  /** What is free above the first row. */
  #spaceAbove = 0;
  /** Whether the end of the rows is the present, where readers stay when news come. */
  #isLive = true;
  #isPinned = true;
  #viewTop = 0;
  /** The height of the screen for the timeline; a guess until it is there. */
  #viewHeight = typeof innerHeight === 'undefined' ? 800 : innerHeight;
  #scrollTop = 0;
  #goal: Goal | undefined;
  #range: RowRange = { first: 0, end: 0 };
  /** What is in the page already of `#range`. */
  #drawn: RowRange = { first: 0, end: 0 };
  #list: HTMLElement | undefined;
  #scroller: HTMLElement | undefined;
  readonly #elements = new Map<string, HTMLElement>();
  readonly #unmeasured = new Set<HTMLElement>();
  readonly #listeners = new Set<() => void>();
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #observer: ResizeObserver | undefined;

  /** Tells of everything that can be asked here. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The rows that belong into the page now. */
  readonly getSnapshot = (): RowRange => this.#range;

  /** How far the end of the rows is below the screen, in pixels. */
  get distanceToEnd(): number {
    return this.#findEnd() - this.#viewTop;
  }

  /** Whether the newest row is on the screen or not far below it. */
  readonly isAtEnd = (): boolean => this.#isLive && (this.#isPinned || this.distanceToEnd < endThreshold * 4);

  /** Whether a row lies above the screen; undefined until there is something on the screen. */
  isAbove(key: string): boolean | undefined {
    const index = this.#places.indexOf(key);
    if (this.#drawn.end === 0 || index === undefined) return undefined;
    return this.#places.topOf(index + 1) <= this.#viewTop;
  }

  /** The element of a row that is in the page. */
  findElement(key: string): HTMLElement | undefined {
    return this.#elements.get(key);
  }

  /**
   * Says which rows there are, how much is free above the first one, and whether the last one is the newest of all. It
   * is said while they are rendered, as it decides which of them belong into the page.
   */
  setRows(rows: readonly PlacedRow[], spaceAbove: number, isLive: boolean): void {
    this.#isLive = isLive;
    if (!isLive) this.#isPinned = false;
    if (rows === this.#rows && spaceAbove === this.#spaceAbove) return;
    this.#rows = rows;
    this.#spaceAbove = spaceAbove;
    this.#hold(() => this.#places.setRows(rows));
    this.#updateRange();
  }

  /** Attaches the list; what scrolls it is its parent. */
  readonly attachList = (list: HTMLElement | null): (() => void) | undefined => {
    const scroller = list?.parentElement;
    if (!scroller) return undefined;
    this.#list = list;
    this.#scroller = scroller;
    this.#viewHeight = scroller.clientHeight;
    scroller.addEventListener('scroll', this.#handleScroll, { passive: true });
    this.#observe(scroller);
    return () => {
      scroller.removeEventListener('scroll', this.#handleScroll);
      clearTimeout(this.#restTimer);
      this.#observer?.disconnect();
      this.#observer = undefined;
      this.#list = undefined;
      this.#scroller = undefined;
    };
  };

  /** Attaches the element of a row, which names the row's key as `data-key`. */
  readonly attachRow = (element: HTMLElement | null): (() => void) | undefined => {
    const key = element?.dataset.key;
    if (!element || key === undefined) return undefined;
    this.#elements.set(key, element);
    this.#unmeasured.add(element);
    this.#observe(element);
    return () => {
      this.#observer?.unobserve(element);
      this.#unmeasured.delete(element);
      if (this.#elements.get(key) === element) this.#elements.delete(key);
    };
  };

  /** Puts everything in its place, when these rows have come into the page and before they are drawn. */
  settle(drawn: RowRange): void {
    this.#drawn = drawn;
    const heights = [...this.#unmeasured].map(
      (element) => [element, element.getBoundingClientRect().height] as const,
    );
    this.#unmeasured.clear();
    this.#place(heights);
  }

  /** Leads to the newest row, and stays there. */
  scrollToEnd(): void {
    this.#goal = undefined;
    this.#isPinned = true;
    this.#viewTop = this.#findEnd();
    this.#place();
  }

  /** Brings a row onto the screen, and with `takesFocus` the focus to it. */
  reveal(key: string, align: Goal['align'], { takesFocus = false } = {}): void {
    this.#goal = { key, align, takesFocus };
    this.#isPinned = false;
    this.#place();
  }

  readonly #handleScroll = (): void => {
    const scrollTop = this.#scroller?.scrollTop ?? 0;
    const moved = scrollTop - this.#scrollTop;
    if (moved === 0) return;
    this.#scrollTop = scrollTop;
    this.#viewTop += moved;
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(this.#handleRest, restTime);
    // Rows that come or grow below make the way to the end longer as well: only who moves up leaves it. When there is more
    // space for the timeline, the browser itself moves up to where the end is then.
    if (moved >= 0) this.#pinAtEnd();
    else if (this.#isPinned) this.#isPinned = this.#isAtBottom();
    if (this.#isOff() && this.#scrollTop < this.#viewHeight) this.#place();
    else this.#tell();
  };

  #isAtBottom(): boolean {
    if (!this.#scroller) return true;
    const { scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - clientHeight - this.#scrollTop < 1;
  }

  readonly #handleRest = (): void => {
    this.#restTimer = undefined;
    this.#pinAtEnd();
    if (this.#isOff()) this.#place();
  };

  readonly #handleResize = (entries: readonly ResizeObserverEntry[]): void => {
    const heights: [HTMLElement, number][] = [];
    let viewHeight = this.#viewHeight;
    for (const { target, borderBoxSize } of entries) {
      if (target === this.#scroller) viewHeight = this.#scroller.clientHeight;
      else if (target instanceof HTMLElement) heights.push([target, borderBoxSize[0]?.blockSize ?? 0]);
    }
    const isNews = heights.some(
      ([{ dataset }, height]) => this.#places.heightOf(dataset.key ?? '') !== height,
    );
    if (isNews || viewHeight !== this.#viewHeight) this.#place(heights, viewHeight);
  };

  #observe(element: HTMLElement): void {
    this.#observer ??= new ResizeObserver(this.#handleResize);
    this.#observer.observe(element);
  }

  /** Takes what rows measure, and moves what has to move. */
  #place(heights: readonly (readonly [HTMLElement, number])[] = [], viewHeight = this.#viewHeight): void {
    // What is hidden measures nothing.
    if (!this.#scroller || !this.#list || viewHeight === 0) return;
    this.#hold(() => {
      this.#viewHeight = viewHeight;
      for (const [element, height] of heights) this.#places.setHeight(element.dataset.key ?? '', height);
    });
    const topOfFirst = this.#places.topOf(this.#drawn.first);
    // A list cannot begin above its own start.
    const hasRoom = this.#scrollTop - this.#viewTop + topOfFirst >= 0;
    const mayWait = this.#restTimer !== undefined && this.#scrollTop >= this.#viewHeight && hasRoom;
    const isOff = this.#isOff() && (!mayWait || this.#isPinned || this.#goal !== undefined);
    const scrollTop = isOff ? Math.round(this.#viewTop + this.#spaceAbove) : this.#scrollTop;
    const origin = scrollTop - this.#viewTop;
    this.#list.style.height = `${origin + this.#places.height + spaceBelow}px`;
    this.#list.style.paddingTop = `${Math.max(0, origin + topOfFirst)}px`;
    if (isOff) {
      this.#scroller.scrollTop = scrollTop;
      this.#scrollTop = scrollTop;
    }
    this.#tell();
    this.#finishGoal();
  }

  /** Whether `scrollTop` says another place than the one that is on the screen. */
  #isOff(): boolean {
    return Math.abs(this.#scrollTop - this.#viewTop - this.#spaceAbove) >= 1;
  }

  /** Keeps what is on the screen where it is while rows or their heights change; or readers where they want to be. */
  #hold(change: () => void): void {
    const seen = this.#listSeen();
    const endBefore = this.#findEnd();
    change();
    const anchor = seen.find(({ key }) => this.#places.indexOf(key) !== undefined);
    if (anchor) this.#viewTop += this.#places.topOf(this.#places.indexOf(anchor.key) ?? 0) - anchor.top;
    const goal = this.#findGoal();
    if (this.#isPinned && this.#findEnd() !== endBefore) this.#viewTop = this.#findEnd();
    else if (goal !== undefined) this.#viewTop = goal;
    this.#viewTop = Math.max(-this.#spaceAbove, Math.min(this.#viewTop, this.#findEnd()));
  }

  /** The rows that are on the screen, with their tops: those that the reader has seen, if there are any. */
  #listSeen(): readonly { readonly key: string; readonly top: number }[] {
    const rows = [];
    const first = Math.max(this.#drawn.first, this.#places.findIndex(this.#viewTop));
    for (let index = first; index < this.#drawn.end; index += 1) {
      const key = this.#places.keyOf(index);
      const top = this.#places.topOf(index);
      if (key === undefined || top >= this.#viewTop + this.#viewHeight) break;
      rows.push({ key, top });
    }
    const seen = rows.filter(({ key }) => this.#places.heightOf(key) !== undefined);
    return seen.length > 0 ? seen : rows;
  }

  /** The place at the top of the screen when its bottom is at the end of the rows. */
  #findEnd(): number {
    return Math.max(-this.#spaceAbove, this.#places.height + spaceBelow - this.#viewHeight);
  }

  #findGoal(): number | undefined {
    const index = this.#goal && this.#places.indexOf(this.#goal.key);
    if (index === undefined) return undefined;
    const top = this.#places.topOf(index);
    const bottom = this.#places.topOf(index + 1);
    if (this.#goal?.align === 'center') return (top + bottom - this.#viewHeight) / 2;
    return Math.min(top, Math.max(this.#viewTop, bottom - this.#viewHeight));
  }

  /** A goal is reached when all that is around it has been measured. */
  #finishGoal(): void {
    if (!this.#goal || this.#range !== this.#drawn) return;
    const { key, takesFocus } = this.#goal;
    this.#goal = undefined;
    if (takesFocus) this.findElement(key)?.focus({ preventScroll: true });
    this.#pinAtEnd();
  }

  #pinAtEnd(): void {
    if (this.distanceToEnd < endThreshold) this.#isPinned = this.#isLive;
  }

  #updateRange(): void {
    const first = this.#places.findIndex(this.#viewTop - overscan);
    const last = this.#places.findIndex(this.#viewTop + this.#viewHeight + overscan);
    const end = Math.min(last + 1, this.#places.count);
    if (first !== this.#range.first || end !== this.#range.end) this.#range = { first, end };
  }

  #tell(): void {
    this.#updateRange();
    for (const listener of [...this.#listeners]) listener();
  }
}
