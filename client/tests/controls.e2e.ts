import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import {
  channelPath,
  createChannel,
  createGuild,
  createInvite,
  redeemInvite,
  type SeededGuild,
} from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import { react, say } from './test-kit/talk.ts';
import type { Visitor } from './test-kit/visitor.ts';

// What the other journeys have no need to press; client/soak/every-control.test.ts says what none of them does.
describe('Every other control does what it says', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let bea: TestUser;
  let guild: SeededGuild;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bea = await hall.server.register('bea');
  });
  beforeEach(async () => {
    guild = await createGuild(ada, { name: 'The Archive' });
    await redeemInvite(bea, await createInvite(ada, guild));
    visitor = await hall.visit();
    await visitor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const button = (name: string | RegExp) => visitor.page.getByRole('button', { name, exact: true });
  const menuItem = (name: string) => visitor.page.getByRole('menuitem', { name, exact: true });
  const copied = (): Promise<string> => visitor.page.evaluate(() => navigator.clipboard.readText());
  const enter = async (path = channelPath(guild)): Promise<void> => {
    await visitor.enterAs(ada, path);
    await visitor.composer.waitFor();
  };
  const openMenuOf = async (text: string): Promise<void> => {
    await visitor.message(text).click({ button: 'right' });
    await visitor.page.getByRole('menu').waitFor();
  };

  it('at the door: a password is shown and hidden, and invites lead on', async () => {
    visitor.expectRefusals();
    await visitor.open(`/invite/${await createInvite(ada, guild)}`);
    await visitor.page.getByRole('link', { name: 'I have an account' }).click();
    const password = visitor.page.getByLabel('Password', { exact: true });
    await password.fill('a secret');
    await button('Show password').click();
    expect(await password.getAttribute('type')).to.equal('text');
    await button('Hide password').click();
    expect(await password.getAttribute('type')).to.equal('password');
    await visitor.open('/invite/nothing');
    await visitor.page.getByRole('link', { name: 'Go to Guildhall' }).click();
    await visitor.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  });

  it('at the door: a server whose doors are closed is asked again', async () => {
    const registration = '**/_guildhall/client/v1/registration';
    await visitor.page.route(registration, (route) => route.fulfill({ json: { mode: 'closed' } }));
    await visitor.open('/register');
    await visitor.page.getByRole('heading', { name: 'The doors are closed' }).waitFor();
    await visitor.page.unroute(registration);
    await button('Look again').click();
    await visitor.page.getByLabel('Username').waitFor();
  });

  it('at the door: the notice of an open connection is dismissed', async () => {
    const outsider = await hall.visit({ overPlainHttp: true });
    await outsider.open('/login');
    await outsider.page.getByRole('button', { name: 'Dismiss the notice' }).click();
    await outsider.page.getByText('This connection is not encrypted.').waitFor({ state: 'detached' });
    await hall.dismiss(outsider);
  });

  it('a message is copied, reacted to, edited by the button, and replied to or not', async () => {
    const saidId = await say(bea, guild.generalId, 'Who has the key?');
    await react([bea], guild.generalId, saidId, '🔥');
    await enter();
    await openMenuOf('Who has the key?');
    await menuItem('Copy text').click();
    await eventually(async () => (await copied()) === 'Who has the key?');
    await visitor.message('Who has the key?').getByRole('button', { name: 'Add another reaction' }).click();
    await visitor.page
      .getByRole('button', { name: /^React with/ })
      .first()
      .click();
    await eventually(
      async () => (await visitor.message('Who has the key?').locator('button[aria-pressed]').count()) === 2,
    );
    await visitor.act('Who has the key?', 'Reply');
    await button('Cancel the reply').click();
    await visitor.page.getByText('Replying to bea').waitFor({ state: 'detached' });
    await visitor.say('Not me');
    await visitor.act('Not me', 'Edit');
    await button('Cancel the edit').click();
    await visitor.page.getByText('Editing').waitFor({ state: 'detached' });
    await visitor.act('Not me', 'Edit');
    await visitor.composer.fill('Not me, sorry');
    await button('Save the edit').click();
    await visitor.message('Not me, sorry').getByText('(edited)').waitFor();
  });

  it('a message that was refused is sent again from its menu, or given up', async () => {
    const send = '**/send/m.room.message/*';
    await enter();
    visitor.expectRefusals();
    await visitor.page.route(send, (route) =>
      route.fulfill({ status: 403, json: { errcode: 'M_FORBIDDEN', error: 'By the test' } }),
    );
    await visitor.say('First');
    await visitor.message('First').getByText('Retry').waitFor();
    await visitor.message('First').getByRole('button', { name: 'Discard' }).click();
    await visitor.message('First').waitFor({ state: 'detached' });
    await visitor.say('Second');
    await visitor.message('Second').getByText('Retry').waitFor();
    await visitor.page.unroute(send);
    await openMenuOf('Second');
    await menuItem('Send again').click();
    await visitor.message('Second').getByText('Retry').waitFor({ state: 'detached' });
  });

  it('code is copied, and a file is chosen, sent and fetched', async () => {
    await bea.send(guild.generalId, 'm.room.message', {
      msgtype: 'm.text',
      body: 'const lamp = 1;',
      format: 'org.matrix.custom.html',
      formatted_body: '<pre><code class="language-js">const lamp = 1;</code></pre>',
    });
    await enter();
    await visitor.timeline.locator('pre').hover();
    await button('Copy the code').click();
    await eventually(async () => (await copied()).startsWith('const lamp = 1;'));
    await button('Add something').click();
    const chooser = visitor.page.waitForEvent('filechooser');
    await menuItem('Attach a file').click();
    await (await chooser).setFiles({
      name: 'plan.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('a plan'),
    });
    await visitor.page.getByText('plan.txt').first().waitFor();
    await visitor.composer.press('Enter');
    const download = visitor.page.waitForEvent('download');
    await visitor.timeline.getByRole('button', { name: /plan\.txt/ }).click();
    expect((await download).suggestedFilename()).to.equal('plan.txt');
  });

  it('a poll gets more answers and fewer', async () => {
    await enter();
    await visitor.chooseFromMenu('Add something', 'Create a poll');
    const { dialog } = visitor;
    await dialog.getByRole('button', { name: 'Add an answer' }).click();
    await dialog.getByLabel('Answer 3', { exact: true }).fill('Herbs');
    await dialog.getByRole('button', { name: 'Remove answer 3' }).click();
    await dialog.getByLabel('Answer 3', { exact: true }).waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  it('somebody is invited by a link that is copied, and by their ID', async () => {
    const cleo = await hall.server.register('cleo');
    await enter();
    await visitor.chooseFromMenu('The Archive, guild menu', 'Invite people');
    const { dialog } = visitor;
    const link = await dialog.getByLabel('Invite link').inputValue();
    await dialog.getByLabel('Invite link').click();
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
    await eventually(async () => (await copied()) === link);
    await dialog.getByRole('button', { name: 'Copied' }).click();
    await dialog.getByLabel('Or invite somebody by user ID').fill(cleo.userId);
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    await dialog
      .getByLabel('Or invite somebody by user ID')
      .and(visitor.page.locator('[value=""]'))
      .waitFor();
    const invited = await hall.visit();
    await invited.enterAs(cleo, '/home');
    await invited.page.getByRole('button', { name: 'Decline The Archive' }).click();
    await invited.page.getByRole('button', { name: 'Decline The Archive' }).waitFor({ state: 'detached' });
    await hall.dismiss(invited);
  });

  it('a jump leads a week back, and to the beginning', async () => {
    await say(ada, guild.generalId, 'The very first words');
    await enter();
    for (const day of ['A week ago', 'The beginning']) {
      await visitor.page.keyboard.press('Control+K');
      await visitor.page.getByRole('combobox').fill('jump to');
      await visitor.page.keyboard.press('Enter');
      await visitor.dialog.getByRole('button', { name: day }).click();
      await visitor.dialog.waitFor({ state: 'detached' });
    }
    await visitor.message('The very first words').waitFor();
  });

  it('panels beside a channel are closed, and members hidden and shown', async () => {
    await enter();
    await button('Search messages').click();
    await button('Close the search').click();
    await visitor.page.getByRole('complementary', { name: 'Members' }).waitFor();
    await visitor.page.getByRole('button', { name: /^Pinned messages/ }).click();
    await button('Close the pinned messages').click();
    await visitor.page.getByRole('complementary', { name: 'Members' }).waitFor();
    await button('Hide members').click();
    await visitor.page.getByRole('complementary', { name: 'Members' }).waitFor({ state: 'detached' });
    await button('Show members').click();
    await visitor.page.getByRole('complementary', { name: 'Members' }).waitFor();
  });

  it('the theme is changed to and fro from the account menu, and keys lead home and to what is unread', async () => {
    await createChannel(ada, guild, { name: 'maps' });
    await enter();
    const theme = (): Promise<string> =>
      visitor.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    await visitor.chooseFromMenu('Account menu', 'Light theme');
    await eventually(async () => (await theme()) === 'light');
    await visitor.chooseFromMenu('Account menu', 'Dark theme');
    await eventually(async () => (await theme()) === 'dark');
    await visitor.channelLink('maps').click();
    await visitor.channelHeading('maps').waitFor();
    await say(bea, guild.generalId, 'Something new');
    await visitor.page.getByRole('link', { name: /^general, / }).waitFor();
    await visitor.page.keyboard.press('Alt+Shift+ArrowUp');
    await visitor.channelHeading('general').waitFor();
    await visitor.page.keyboard.press('Control+K');
    await visitor.page.getByRole('combobox').fill('go home');
    await visitor.page.keyboard.press('Enter');
    await visitor.page.getByRole('navigation', { name: 'Conversations' }).waitFor();
  });

  it("somebody's user ID is copied from their profile", async () => {
    await enter();
    await visitor.member(/^bea/).click();
    await visitor.dialog.getByRole('button', { name: 'More' }).click();
    await menuItem('Copy user ID').click();
    await eventually(async () => (await copied()) === bea.userId);
    await visitor.page.keyboard.press('Escape');
  });

  it('a channel is created from the menu, outside of every category, and set up from its own menu', async () => {
    await createChannel(ada, guild, { name: 'Later', kind: 'category' });
    await enter();
    await visitor.chooseFromMenu('The Archive, guild menu', 'Create a channel');
    await visitor.dialog.getByLabel('Name').fill('attic');
    const category = visitor.dialog.getByLabel('Category');
    await category.selectOption('Later');
    await category.selectOption('No category');
    await visitor.dialog.getByRole('button', { name: 'Create', exact: false }).last().click();
    await visitor.channelHeading('attic').waitFor();
    await visitor.channelLink('attic').click({ button: 'right' });
    await menuItem('Channel settings').click();
    await visitor.page.getByRole('navigation', { name: 'attic' }).waitFor();
    await visitor.page.keyboard.press('Escape');
    await visitor.channelHeading('attic').waitFor();
  });

  it('a guild is moved down the rail from its menu', async () => {
    await createGuild(ada, { name: 'Zebra House' });
    await enter();
    const tiles = visitor.page
      .getByRole('navigation', { name: 'Guilds' })
      .getByRole('listitem')
      .getByRole('link');
    const names = (): Promise<string[]> =>
      tiles.evaluateAll((links) => links.map((link) => link.getAttribute('aria-label') ?? ''));
    const before = await names();
    await tiles.first().click({ button: 'right' });
    await menuItem('Move down').click();
    await eventually(async () => (await names())[1] === before[0]);
  });

  it('appearance goes back to roomy, and a key to ours', async () => {
    await visitor.enterAs(ada, '/settings/appearance');
    const density = (): Promise<string | undefined> =>
      visitor.page.evaluate(() => document.documentElement.dataset.density);
    await visitor.page.getByRole('radio', { name: 'Compact' }).click();
    await eventually(async () => (await density()) === 'compact');
    await visitor.page.getByRole('radio', { name: 'Roomy' }).click();
    await eventually(async () => (await density()) === undefined);
    await visitor.page.getByRole('link', { name: 'Keyboard shortcuts' }).click();
    await visitor.page.getByRole('button', { name: /^Inbox: Ctrl\+I/ }).click();
    await visitor.page.keyboard.press('Control+J');
    await visitor.page.getByRole('button', { name: /^Inbox: Ctrl\+J/ }).waitFor();
    await button('Use our keys for: Inbox').click();
    await visitor.page.getByRole('button', { name: /^Inbox: Ctrl\+I/ }).waitFor();
  });

  it('says at once that it tries the server now', async () => {
    await enter();
    visitor.expectRefusals();
    const sync = '**/_matrix/client/v3/sync?*';
    await visitor.page.route(sync, (route) => route.abort());
    await visitor.page.getByText('The server is out of reach').waitFor({ timeout: 45_000 });
    await visitor.page.unroute(sync);
    await button('Try now').click();
    await visitor.page.getByText('The server is out of reach').waitFor({ state: 'detached' });
  });
});
