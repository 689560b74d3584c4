import { expect } from 'chai';
import { describeKey, nameKey } from './keys.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('nameKey', () => {
  it('names modifiers in one order, Command and Control alike', () => {
    expect(nameKey({ ...plain, key: 'k', ctrlKey: true })).to.equal('Mod+k');
    expect(nameKey({ ...plain, key: 'k', metaKey: true })).to.equal('Mod+k');
    expect(nameKey({ ...plain, key: 'ArrowUp', altKey: true, shiftKey: true })).to.equal('Alt+Shift+ArrowUp');
  });

  it('takes Shift alone for part of the letter', () => {
    expect(nameKey({ ...plain, key: '+', shiftKey: true })).to.equal('+');
  });
});

describe('describeKey', () => {
  it('writes keys as keyboards do', () => {
    expect(describeKey('Mod+k', false)).to.equal('Ctrl+K');
    expect(describeKey('Alt+Shift+ArrowUp', false)).to.equal('Alt+Shift+↑');
    expect(describeKey('+', false)).to.equal('+');
    expect(describeKey('Mod+k', true)).to.equal('⌘K');
    expect(describeKey('Alt+Shift+ArrowUp', true)).to.equal('⌥⇧↑');
  });
});
