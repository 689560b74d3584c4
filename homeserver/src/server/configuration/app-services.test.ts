import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readAppServices } from './app-services.ts';
import { ConfigurationError } from './configuration-error.ts';

const WHOLE = `
id: irc
url: http://127.0.0.1:9999/
as_token: one
hs_token: two
sender_localpart: irc_bot
rate_limited: false
protocols: [irc]
de.sorunome.msc2409.push_ephemeral: true
org.matrix.msc3202: true
io.element.msc4190: true
namespaces:
  users: [{ exclusive: true, regex: '@irc_.*:hs\\.test' }]
  aliases: [{ exclusive: false, regex: '#irc_.*', group_id: '+x:y' }]
`;

describe('the registration files of application services', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'guildhall-registrations-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(name: string, content: string): void {
    writeFileSync(join(folder, name), content);
  }

  function problems(): string[] {
    try {
      readAppServices(folder);
    } catch (error) {
      if (error instanceof ConfigurationError) {
        return error.problems.map(({ key, source }) => `${source.slice(folder.length + 1)} ${key}`);
      }
      throw error;
    }
    return [];
  }

  it('are read, whatever other keys there are', () => {
    write('irc.yaml', WHOLE);
    write('README', 'no registration');
    const [found, ...others] = readAppServices(folder);
    expect(others).to.deep.equal([]);
    expect(found).to.deep.include({
      id: 'irc',
      url: 'http://127.0.0.1:9999',
      asToken: 'one',
      hsToken: 'two',
      senderLocalpart: 'irc_bot',
      isRateLimited: false,
      protocols: ['irc'],
      receivesEphemeral: true,
      receivesDevices: true,
      rooms: [],
    });
    expect(found?.users[0]?.exclusive).to.equal(true);
    expect(found?.users[0]?.regex.test('@irc_ann:hs.test')).to.equal(true);
    expect(found?.users[0]?.regex.test('x@irc_ann:hs.test')).to.equal(false);
  });

  it('are none without a folder, and wrong with one that is not there', () => {
    expect(readAppServices(undefined)).to.deep.equal([]);
    expect(() => readAppServices(join(folder, 'none'))).to.throw(ConfigurationError, 'cannot be read');
  });

  it('name an address, or say that there is none', () => {
    write('a.yaml', WHOLE.replace('http://127.0.0.1:9999/', 'null'));
    expect(readAppServices(folder)[0]?.url).to.equal(undefined);
    write('a.yaml', WHOLE.replace('url: http://127.0.0.1:9999/', ''));
    expect(problems()).to.deep.equal(['a.yaml url']);
  });

  it('are refused with the file and the key of everything that is wrong', () => {
    write(
      'wrong.yaml',
      `
id: 7
url: nowhere
hs_token: ''
sender_localpart: Capital
rate_limited: sometimes
protocols: irc
namespaces:
  users: [{ exclusive: true, regex: '(' }, { regex: x }, { exclusive: true }]
  aliases: all
`,
    );
    write('yaml.yml', 'id: [');
    write('z-list.yaml', '- id');
    expect(problems()).to.have.members([
      'wrong.yaml id',
      'wrong.yaml url',
      'wrong.yaml as_token',
      'wrong.yaml hs_token',
      'wrong.yaml sender_localpart',
      'wrong.yaml rate_limited',
      'wrong.yaml protocols',
      'wrong.yaml namespaces.users[0].regex',
      'wrong.yaml namespaces.users[1].exclusive',
      'wrong.yaml namespaces.users[2].regex',
      'wrong.yaml namespaces.aliases',
      'yaml.yml YAML',
      'z-list.yaml YAML',
    ]);
  });

  it('have nothing in common that tells application services apart', () => {
    write('a.yaml', WHOLE);
    write('b.yaml', WHOLE);
    expect(problems()).to.deep.equal([
      'b.yaml id',
      'b.yaml as_token',
      'b.yaml hs_token',
      'b.yaml sender_localpart',
    ]);
  });
});
