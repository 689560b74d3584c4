import { expect } from 'chai';
import { Cell, Store } from './store.ts';

class Counter extends Store<{ readonly count: number; readonly list: readonly number[] }> {
  count = 0;
  log: string[] = [];

  bump(): void {
    this.count += 1;
    this.refresh();
  }

  repeat(): void {
    this.refresh();
  }

  protected override compute(): { readonly count: number; readonly list: readonly number[] } {
    return { count: this.count, list: [1, 2] };
  }

  protected override attach(): void {
    this.log.push('attach');
  }

  protected override detach(): void {
    this.log.push('detach');
  }
}

describe('Store', () => {
  it('tells subscribers only when something changed', () => {
    const store = new Counter();
    let calls = 0;
    store.subscribe(() => {
      calls += 1;
    });
    store.repeat();
    expect(calls).to.equal(0);
    store.bump();
    expect(calls).to.equal(1);
  });

  it('keeps the identity of unchanged parts', () => {
    const store = new Counter();
    store.subscribe(() => {});
    const before = store.getSnapshot();
    store.bump();
    expect(store.getSnapshot()).to.not.equal(before);
    expect(store.getSnapshot().list).to.equal(before.list);
  });

  it('attaches for the first subscriber and detaches after the last', () => {
    const store = new Counter();
    const first = store.subscribe(() => {});
    const second = store.subscribe(() => {});
    first();
    expect(store.log).to.deep.equal(['attach']);
    second();
    expect(store.log).to.deep.equal(['attach', 'detach']);
  });

  it('catches up with what happened while nobody looked', () => {
    const store = new Counter();
    expect(store.getSnapshot().count).to.equal(0);
    store.count = 5;
    store.subscribe(() => {});
    expect(store.getSnapshot().count).to.equal(5);
  });
});

describe('Cell', () => {
  it('holds the value it is given', () => {
    const cell = new Cell('a');
    cell.set('b');
    expect(cell.getSnapshot()).to.equal('b');
  });
});
