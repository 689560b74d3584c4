import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { channelPath, createGuild, createInvite } from './test-kit/guild.ts';
import { CLIENT, Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

/** What a page may weigh, in bytes after gzip. */
const DOOR_SCRIPTS = 120_000;
const HALL_SCRIPTS = 600_000;
const HALL_STYLES = 40_000;

/** A name that stands in matrix-js-sdk and nowhere in our own code. */
const SDK_MARK = 'org.matrix.msc3089';

describe('What a page loads', function () {
  this.timeout(120_000);

  let hall: Hall;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
  });
  beforeEach(async () => {
    visitor = await hall.visit();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  it('at log-in is small, and without the Matrix SDK', async () => {
    await visitor.open('/login');
    await visitor.page.getByRole('button', { name: 'Log in' }).waitFor();
    await expectDoor(visitor);
  });

  it('at registration is small, and without the Matrix SDK', async () => {
    await visitor.open('/register');
    await visitor.page.getByRole('button', { name: 'Create account' }).waitFor();
    await expectDoor(visitor);
  });

  it('at an invite is small, and without the Matrix SDK', async () => {
    const ada = await hall.server.register('ada');
    const guild = await createGuild(ada, { name: 'The Archive' });
    await visitor.open(`/invite/${await createInvite(ada, guild)}`);
    await visitor.page.getByRole('heading', { name: 'The Archive' }).waitFor();
    await expectDoor(visitor);
  });

  it('in the hall keeps within its budget, and leaves emoji, dialogs and encryption for later', async () => {
    const bea = await hall.server.register('bea');
    const guild = await createGuild(bea, { name: 'The Archive' });
    await visitor.enterAs(bea, channelPath(guild));
    await visitor.channelHeading('general').waitFor();
    await visitor.composer.waitFor();
    const scripts = await readLoaded(visitor, '.js');
    report('the hall', scripts);
    expect(weigh(scripts), 'scripts of the hall').to.be.at.most(HALL_SCRIPTS);
    expect(weigh(await readLoaded(visitor, '.css')), 'styles of the hall').to.be.at.most(HALL_STYLES);
    // If this were false, the tests at the door would look for the wrong name.
    expect(
      scripts.some(({ text }) => text.includes(SDK_MARK)),
      'the SDK is here',
    ).to.equal(true);
    const later = visitor.requestedPaths.filter((path) =>
      /EmojiGrid|DialogHost|rust-crypto|\.wasm/.test(path),
    );
    expect(later).to.deep.equal([]);
  });
});

interface LoadedFile {
  readonly name: string;
  readonly text: string;
}

async function expectDoor(visitor: Visitor): Promise<void> {
  const scripts = await readLoaded(visitor, '.js');
  report('the door', scripts);
  expect(scripts, 'scripts of the page').not.to.be.empty;
  expect(weigh(scripts), 'scripts at the door').to.be.at.most(DOOR_SCRIPTS);
  expect(scripts.filter(({ text }) => text.includes(SDK_MARK)).map(({ name }) => name)).to.deep.equal([]);
}

/** The files of the build that the page asked for, by what their names end in. */
function readLoaded(visitor: Visitor, ending: string): Promise<LoadedFile[]> {
  const names = visitor.requestedPaths.filter((path) => path.endsWith(ending));
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(CLIENT, name), 'utf8') })));
}

function weigh(files: readonly LoadedFile[]): number {
  return files.reduce((sum, { text }) => sum + gzipSync(text, { level: 9 }).length, 0);
}

function report(place: string, scripts: readonly LoadedFile[]): void {
  console.log(
    `      ${place}: ${(weigh(scripts) / 1000).toFixed(1)} kB of JavaScript in ${scripts.length} files`,
  );
}
