import { expect } from 'chai';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { channelPath, createGuild, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('A browser without room', function () {
  this.timeout(60_000);

  let hall: Hall;
  let adaUser: TestUser;
  let guild: SeededGuild;
  let ada: Visitor;

  before(async () => {
    hall = await Hall.open();
    adaUser = await hall.server.register('ada');
    guild = await createGuild(adaUser, { name: 'The Archive' });
  });
  beforeEach(async () => {
    ada = await hall.visit();
  });
  afterEach(() => hall.dismiss(ada));
  after(() => hall.close());

  /** Fills the storage of the origin to the last character. */
  async function fillUp(): Promise<void> {
    await ada.page.evaluate(() => {
      for (let size = 8_000_000; size >= 1; size = Math.floor(size / 2)) {
        for (let index = 0; ; index += 1) {
          try {
            localStorage.setItem(`filler-${size}-${index}`, 'x'.repeat(size));
          } catch {
            break;
          }
        }
      }
    });
  }

  async function makeRoom(): Promise<void> {
    await ada.page.evaluate(() => {
      for (const key of Object.keys(localStorage)) if (key.startsWith('filler')) localStorage.removeItem(key);
    });
  }

  it('says so and goes on, and keeps what is written when there is room again', async () => {
    await ada.enterAs(adaUser, channelPath(guild));
    await ada.channelHeading('general').waitFor();
    await fillUp();
    await ada.say('Said without room');
    await ada.message('Said without room').waitFor();
    await ada.composer.fill('Half a thought');
    const notice = ada.page.getByText('This browser has no room left.');
    await notice.waitFor();
    await makeRoom();
    await ada.composer.fill('Half a thought, and more');
    await notice.waitFor({ state: 'detached' });
    await ada.page.reload();
    await ada.message('Said without room').waitFor();
    expect(await ada.composer.inputValue()).to.equal('Half a thought, and more');
  });

  it('is told to whoever cannot be kept logged in', async () => {
    await ada.open('/login');
    await ada.page.getByRole('button', { name: 'Log in' }).waitFor();
    await fillUp();
    await ada.fillInAccount('ada', 'Log in');
    await ada.page.getByText('This browser has no room left to keep you logged in.').waitFor();
    await makeRoom();
    await ada.page.getByRole('button', { name: 'Log in' }).click();
    await ada.page.getByRole('link', { name: 'The Archive' }).waitFor();
  });
});
