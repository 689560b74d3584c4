import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { channelPath, createGuild, type SeededGuild } from './test-kit/guild.ts';
import { CLIENT, Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('The installed client', function () {
  this.timeout(120_000);

  let build: string;
  let hall: Hall;
  let adaUser: TestUser;
  let guild: SeededGuild;
  let ada: Visitor;

  before(async () => {
    build = await mkdtemp(join(tmpdir(), 'guildhall-client-'));
    await cp(CLIENT, build, { recursive: true });
    hall = await Hall.open({}, build);
    adaUser = await hall.server.register('ada');
    guild = await createGuild(adaUser, { name: 'The Archive' });
  });
  beforeEach(async () => {
    ada = await hall.visit({ serviceWorkers: 'allow' });
    await ada.enterAs(adaUser, channelPath(guild));
    await ada.channelHeading('general').waitFor();
    await ada.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  });
  afterEach(() => hall.dismiss(ada));
  after(async () => {
    await hall.close();
    await rm(build, { recursive: true });
  });

  it('can be installed: it says its name and has icons of every kind', async () => {
    const href = await ada.page.locator('link[rel=manifest]').getAttribute('href');
    const answer = await fetch(new URL(href ?? '', hall.server.url));
    expect(answer.headers.get('content-type')).to.match(/^application\/manifest\+json/);
    const manifest = (await answer.json()) as {
      name: string;
      icons: readonly { src: string; type: string }[];
    };
    expect(manifest.name).to.equal('Guildhall');
    for (const { src, type } of manifest.icons) {
      const icon = await fetch(new URL(src, hall.server.url));
      expect(icon.headers.get('content-type'), src).to.equal(type);
    }
  });

  it('starts without the network, says so, and goes on by itself when it is back', async () => {
    ada.expectRefusals();
    await ada.page.context().setOffline(true);
    await ada.page.reload();
    await ada.page.getByRole('heading', { name: "Couldn't open the hall" }).waitFor();
    await ada.page.getByText('The server cannot be reached. Check your connection.').waitFor();
    await ada.page.context().setOffline(false);
    await ada.channelHeading('general').waitFor();
  });

  it('says when there is a newer one, and loads it', async () => {
    expect(await ada.page.getByText('There is a newer Guildhall.').count()).to.equal(0);
    // The first visit installs it; a page that was opened with it learns of the next one.
    await ada.page.reload();
    await ada.channelHeading('general').waitFor();
    await appendFile(join(build, 'service-worker.js'), '\n// newer');
    await ada.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    await ada.page.getByText('There is a newer Guildhall.').waitFor();
    await ada.page.getByRole('button', { name: 'Load it' }).click();
    await ada.channelHeading('general').waitFor();
    await ada.page.getByText('There is a newer Guildhall.').waitFor({ state: 'detached' });
  });
});
