import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import {
  channelPath,
  createChannel,
  createGuild,
  createInvite,
  redeemInvite,
  type SeededGuild,
} from './test-kit/guild.ts';
import { Hall, PHONE } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Searching', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let guild: SeededGuild;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    const bob = await hall.server.register('bob');
    guild = await createGuild(ada, { name: 'The Archive' });
    const mapsId = await createChannel(ada, guild, { name: 'old-maps' });
    await redeemInvite(bob, await createInvite(ada, guild));
    await ada.say(mapsId, 'The harbour, drawn in 1790');
    await bob.say(mapsId, 'Another harbour: https://maps.example/harbour');
    for (let index = 0; index < 60; index += 1)
      await bob.say(guild.generalId, `Nothing ${index}${'\n\nand on'.repeat(3)}`);
    await ada.say(guild.generalId, 'Who has been to the harbour?');
    await untilIndexed(ada, 3);
  });
  beforeEach(async () => {
    visitor = await hall.visit();
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.message('Who has been to the harbour?').waitFor();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const field = (): Locator => visitor.page.getByRole('combobox', { name: 'Words to look for' });
  const panel = (): Locator => visitor.page.getByRole('complementary', { name: 'Search' });
  const result = (text: string): Locator => panel().getByRole('button', { name: text });

  it('finds words in the whole guild, and leads to the message', async () => {
    await visitor.page.keyboard.press('Control+F');
    await field().fill('harb');
    await field().press('Enter');
    await panel().getByText('3 messages').waitFor();
    expect(await panel().locator('mark').first().textContent()).to.equal('harb');
    await result('drawn in 1790').click();
    await visitor.channelHeading('old-maps').waitFor();
    await visitor.message('The harbour, drawn in 1790').waitFor();
    await result('Who has been').click();
    await visitor.channelHeading('general').waitFor();
    await visitor.message('Who has been to the harbour?').waitFor();
  });

  it('narrows a search with filters, by keys alone', async () => {
    await visitor.page.keyboard.press('Control+F');
    await field().pressSequentially('harbour from:bo');
    await visitor.page.getByRole('option', { name: /^bob/ }).waitFor();
    await field().press('Enter');
    await panel().getByText('1 message', { exact: true }).waitFor();
    await result('Another harbour').waitFor();
    await panel().getByRole('button', { name: 'Remove the filter from: bob' }).waitFor();
    await field().press('Backspace');
    expect(await field().inputValue()).to.equal('harbour');
    await panel().getByRole('button', { name: 'Remove the filter from: bob' }).press('Enter');
    await panel().getByText('3 messages').waitFor();
    await field().pressSequentially(' in:old');
    await visitor.page.getByRole('option', { name: 'old-maps' }).waitFor();
    await field().press('Enter');
    await panel().getByText('2 messages').waitFor();
    await field().pressSequentially('has:li');
    await visitor.page.getByRole('option', { name: 'link' }).waitFor();
    await field().press('Tab');
    await panel().getByText('1 message', { exact: true }).waitFor();
  });

  it('knows dates', async () => {
    await visitor.page.getByRole('button', { name: 'Search messages' }).click();
    await field().pressSequentially('harbour before:2001-01-01');
    await visitor.page.getByRole('option', { name: '2001-01-01' }).click();
    await panel().getByRole('heading', { name: 'Nothing found' }).waitFor();
    await panel().getByRole('button', { name: 'Remove the filter before: 2001-01-01' }).click();
    await field().pressSequentially(' after:2001-01-01');
    await visitor.page.getByRole('option', { name: '2001-01-01' }).click();
    await panel().getByText('3 messages').waitFor();
  });

  it('says what is missing, what was not found, and what went wrong', async () => {
    await visitor.page.keyboard.press('Control+F');
    await panel().getByRole('heading', { name: 'Find what was said' }).waitFor();
    await panel().getByRole('button', { name: 'has:' }).click();
    await visitor.page.getByRole('option', { name: 'image' }).click();
    await panel().getByText('Add a word that the messages have in them.').waitFor();
    await field().fill('zeppelin');
    await field().press('Enter');
    await panel().getByRole('heading', { name: 'Nothing found' }).waitFor();
    visitor.expectRefusals();
    await visitor.page.route('**/search', (route) => route.fulfill({ status: 500, json: {} }));
    await field().press('Enter');
    await panel().getByRole('heading', { name: "Couldn't search" }).waitFor();
    await visitor.page.unroute('**/search');
    await panel().getByRole('button', { name: 'Try again' }).click();
    await panel().getByRole('heading', { name: 'Nothing found' }).waitFor();
  });

  it('closes with Escape, and the members are there again', async () => {
    const members = visitor.page.getByRole('complementary', { name: 'Members' });
    await members.waitFor();
    await visitor.page.keyboard.press('Control+F');
    await panel().waitFor();
    await members.waitFor({ state: 'detached' });
    await field().press('Escape');
    await members.waitFor();
    await panel().waitFor({ state: 'detached' });
  });

  for (const theme of ['dark', 'light'] as const) {
    it(`can be used by everybody in the ${theme} theme`, async () => {
      await visitor.page.emulateMedia({ colorScheme: theme });
      await visitor.page.keyboard.press('Control+F');
      await field().pressSequentially('harbour from:b');
      await visitor.page.getByRole('option', { name: /^bob/ }).waitFor();
      await expectAccessible(visitor.page, 'filters of a search');
      await field().press('Enter');
      await result('Another harbour').waitFor();
      await expectAccessible(visitor.page, 'search');
    });
  }

  it('holds on a phone, where a result gives way to the channel', async () => {
    await visitor.page.setViewportSize(PHONE);
    await visitor.page.getByRole('button', { name: 'Search messages' }).click();
    await field().fill('harbour');
    await field().press('Enter');
    await result('drawn in 1790').waitFor();
    await visitor.expectNoSidewaysScroll();
    await result('drawn in 1790').click();
    await visitor.channelHeading('old-maps').waitFor();
    await panel().waitFor({ state: 'hidden' });
  });
});

/** What was said is found as soon as the server has taken it into its index. */
async function untilIndexed(user: TestUser, count: number): Promise<void> {
  const search = { search_categories: { room_events: { search_term: 'harbour' } } };
  await eventually(async () => {
    const { search_categories: found } = await user.ok('POST', '/_matrix/client/v3/search', search);
    return found.room_events.results.length === count;
  });
}
