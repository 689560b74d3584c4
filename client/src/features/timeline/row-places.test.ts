import { expect } from 'chai';
import { RowPlaces } from './row-places.ts';

const rowsOf = (keys: string) => [...keys].map((key) => ({ key, estimate: 50 }));

describe('RowPlaces', () => {
  it('takes rows for what they are estimated to be until they are measured', () => {
    const places = new RowPlaces();
    places.setRows(rowsOf('abc'));
    expect(places.height).to.equal(150);
    places.setHeight('a', 20);
    places.setHeight('c', 31.5);
    expect([0, 1, 2].map((index) => places.topOf(index))).to.deep.equal([0, 20, 70]);
    expect(places.height).to.equal(101.5);
  });

  it('remembers what was measured when rows are put in before them', () => {
    const places = new RowPlaces();
    places.setRows(rowsOf('bc'));
    places.setHeight('b', 80);
    places.setRows(rowsOf('abc'));
    expect(places.topOf(2)).to.equal(130);
    expect(places.indexOf('b')).to.equal(1);
    expect(places.keyOf(1)).to.equal('b');
  });

  it('forgets no height of a row that is away for a while', () => {
    const places = new RowPlaces();
    places.setRows(rowsOf('ab'));
    places.setHeight('a', 10);
    places.setRows(rowsOf('b'));
    places.setHeight('a', 12);
    places.setRows(rowsOf('ab'));
    expect(places.height).to.equal(62);
  });

  it('finds the row at a place, and the nearest one to a place outside', () => {
    const places = new RowPlaces();
    expect(places.findIndex(10)).to.equal(0);
    places.setRows(rowsOf('abc'));
    places.setHeight('b', 0);
    expect([-5, 0, 49.5, 50, 99, 1000].map((place) => places.findIndex(place))).to.deep.equal([
      0, 0, 0, 2, 2, 2,
    ]);
  });
});
