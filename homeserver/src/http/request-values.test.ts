import { expect } from 'chai';
import { MatrixError } from '../protocol/errors.ts';
import {
  booleanQuery,
  enumQuery,
  integerQuery,
  jsonQuery,
  requiredQuery,
  textQuery,
} from './request-values.ts';

const query = new URLSearchParams(
  'n=12&minus=-3&half=1.5&word=b&yes=true&no=false&empty=&json={"a":1}&bad={',
);

function errcodeOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof MatrixError ? `${error.status} ${error.errcode}` : String(error);
  }
}

describe('request values', () => {
  it('reads what is there', () => {
    expect(integerQuery(query, 'n')).to.equal(12);
    expect(integerQuery(query, 'minus', { least: -10 })).to.equal(-3);
    expect(booleanQuery(query, 'yes')).to.equal(true);
    expect(booleanQuery(query, 'no')).to.equal(false);
    expect(enumQuery(query, 'word', ['a', 'b'])).to.equal('b');
    expect(textQuery(query, 'word')).to.equal('b');
    expect(requiredQuery(query, 'word')).to.equal('b');
    expect(jsonQuery(query, 'json')).to.deep.equal({ a: 1 });
  });

  it('takes an empty parameter for an absent one', () => {
    for (const name of ['empty', 'absent']) {
      expect(integerQuery(query, name)).to.equal(undefined);
      expect(booleanQuery(query, name)).to.equal(undefined);
      expect(enumQuery(query, name, ['a'])).to.equal(undefined);
      expect(textQuery(query, name)).to.equal(undefined);
      expect(jsonQuery(query, name)).to.equal(undefined);
      expect(errcodeOf(() => requiredQuery(query, name))).to.equal('400 M_MISSING_PARAM');
    }
  });

  it('holds integers to their bounds', () => {
    expect(integerQuery(query, 'n', { most: 5 })).to.equal(5);
    expect(errcodeOf(() => integerQuery(query, 'n', { least: 13 }))).to.equal('400 M_INVALID_PARAM');
    expect(errcodeOf(() => integerQuery(query, 'minus'))).to.equal('400 M_INVALID_PARAM');
  });

  it('refuses what has the wrong form', () => {
    for (const read of [
      () => integerQuery(query, 'half'),
      () => integerQuery(query, 'word'),
      () => booleanQuery(query, 'n'),
      () => enumQuery(query, 'n', ['a']),
      () => jsonQuery(query, 'bad'),
    ]) {
      expect(errcodeOf(read)).to.equal('400 M_INVALID_PARAM');
    }
  });
});
