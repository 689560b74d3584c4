import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath, createGuild, createInvite, redeemInvite, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

/** One story, told in order. */
describe('The rail', function () {
  this.timeout(60_000);
  this.bail(true);

  let hall: Hall;
  let adaUser: TestUser;
  let bobUser: TestUser;
  const guilds: SeededGuild[] = [];
  let ada: Visitor;

  before(async () => {
    hall = await Hall.open();
    adaUser = await hall.server.register('ada');
    bobUser = await hall.server.register('bob');
    for (const name of ['Archive', 'Brewery', 'Cellar', 'Dovecote'])
      guilds.push(await createGuild(adaUser, { name }));
    const [, brewery] = guilds;
    if (brewery) await redeemInvite(bobUser, await createInvite(adaUser, brewery));
    ada = await hall.visit();
    const [archive] = guilds;
    if (archive) await ada.enterAs(adaUser, channelPath(archive));
    await ada.channelHeading('general').waitFor();
  });
  afterEach(() => hall.expectNoTrouble());
  after(() => hall.close());

  const rail = (visitor = ada) => visitor.page.getByRole('navigation', { name: 'Guilds' });
  const tile = (name: string, visitor = ada) => rail(visitor).getByRole('link', { name });
  const listTiles = (visitor = ada): Promise<readonly string[]> =>
    rail(visitor)
      .locator('li')
      .locator('a, button')
      .evaluateAll((tiles) => tiles.map((each) => each.getAttribute('aria-label') ?? ''));
  const expectTiles = (...names: string[]): Promise<void> =>
    eventually(async () => (await listTiles()).join() === names.join());
  /** Opens the menu of a tile as the menu key does. */
  const choose = async (name: string, entry: string): Promise<void> => {
    await rail().getByLabel(name, { exact: true }).press('Shift+F10');
    await ada.page.getByRole('menuitem', { name: entry }).click();
  };

  it('stands in another order by keys, and by dragging', async () => {
    await expectTiles('Archive', 'Brewery', 'Cellar', 'Dovecote');
    await choose('Cellar', 'Move up');
    await expectTiles('Archive', 'Cellar', 'Brewery', 'Dovecote');
    await tile('Dovecote').dragTo(tile('Archive'), { targetPosition: { x: 24, y: 4 } });
    await expectTiles('Dovecote', 'Archive', 'Cellar', 'Brewery');
  });

  it('has folders, which say what is new in them and are opened and closed', async () => {
    await choose('Cellar', 'Put together with the one above');
    await expectTiles('Dovecote', 'Folder', 'Archive', 'Cellar', 'Brewery');
    await choose('Folder', 'Rename the folder');
    await ada.dialog.getByLabel('Name').fill('Old houses');
    await ada.dialog.getByRole('button', { name: 'Save changes' }).click();
    await expectTiles('Dovecote', 'Old houses', 'Archive', 'Cellar', 'Brewery');
    await tile('Brewery').dragTo(rail().getByRole('button', { name: 'Old houses' }));
    await eventually(async () => (await rail().locator('li li').count()) === 3);
    await expectAccessible(ada.page, 'a rail with an open folder');
    await rail().getByRole('button', { name: 'Old houses' }).click();
    await expectTiles('Dovecote', 'Old houses');
    const [, brewery] = guilds;
    await bobUser.say(brewery?.generalId ?? '', 'The kettle sings');
    await rail().getByRole('button', { name: 'Old houses, unread messages' }).waitFor();
    await expectAccessible(ada.page, 'a rail with a closed folder');
    await rail()
      .getByRole('button', { name: /^Old houses/ })
      .click();
    await choose('Archive', 'Take out of the folder');
    await expectTiles('Dovecote', 'Old houses', 'Cellar', 'Brewery, unread messages', 'Archive');
  });

  it('is the same on another device', async () => {
    const other = await hall.visit();
    await other.enterAs(adaUser, '/home');
    await tile('Archive', other).waitFor();
    const seen = await listTiles(other);
    expect(seen).to.deep.equal(['Dovecote', 'Old houses', 'Cellar', 'Brewery, unread messages', 'Archive']);
    await hall.dismiss(other);
  });
});
