import { expect } from 'chai';
import { beginsCommand, parseCommand } from './commands.ts';

describe('parseCommand', () => {
  it('tells the name of a command from the rest', () => {
    expect(parseCommand('/topic Tea and maps')).to.deep.equal({ name: 'topic', rest: 'Tea and maps' });
    expect(parseCommand('/Part')).to.deep.equal({ name: 'part', rest: '' });
    expect(parseCommand('/me sits\n\ndown')).to.deep.equal({ name: 'me', rest: 'sits\n\ndown' });
  });

  it('leaves paths, what begins with two slashes, and everything else to the text', () => {
    for (const text of ['/etc/passwd', '//me sits', 'say /me', '/', '/1', ''])
      expect(parseCommand(text), text).to.equal(undefined);
  });
});

describe('beginsCommand', () => {
  it('knows a command from its first character on, and text that only looks like one', () => {
    for (const text of ['/', '/p', '/part', ' /part', '/me sits'])
      expect(beginsCommand(text), text).to.equal(true);
    for (const text of ['', 'a/b', '//', '//part']) expect(beginsCommand(text), text).to.equal(false);
  });
});
