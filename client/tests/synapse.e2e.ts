import { expect } from 'chai';
import { findSynapsePython } from '../../homeserver/bin/synapse.mjs';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { makeImage } from '../../homeserver/test-kit/images.ts';
import { SynapseServer } from '../../homeserver/test-kit/synapse-server.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

const API = '/_matrix/client/v3';

/** One story, told in order: the client from our server, with an account of a Synapse that knows nothing of guilds. */
describe('The client on a Synapse', function () {
  this.timeout(120_000);
  this.bail(true);

  let synapse: SynapseServer | undefined;
  let hall: Hall;
  let ada: Visitor;
  let ben: TestUser;
  let spaceId: string;
  let channelId: string;

  before(async function () {
    if (findSynapsePython() === undefined) this.skip();
    synapse = await SynapseServer.start({ serverName: 'synapse.test', resources: ['client', 'media'] });
    hall = await Hall.open();
    await synapse.register('ada');
    ben = await synapse.register('ben');
    ada = await hall.visit();
    ada.expectHomeserver(synapse.url);
  });
  afterEach(() => hall.expectNoTrouble());
  after(async () => {
    await hall?.close();
    await synapse?.stop();
  });

  it('signs in with a password', async () => {
    await ada.open('/login');
    await ada.page.getByRole('button', { name: 'Change' }).click();
    await ada.page.getByRole('textbox', { name: 'Homeserver' }).fill(synapse?.url ?? '');
    await ada.page.getByRole('button', { name: 'Continue', exact: true }).click();
    await ada.page.getByText(/^Server: 127\.0\.0\.1/).waitFor();
    await ada.fillInAccount('ada', 'Log in');
    await ada.page.getByRole('heading', { name: 'Come in, ada' }).waitFor();
    // It is asked for what leads elsewhere, and for pages for OAuth: it has neither.
    const refusals = ada
      .takeTroubles()
      .filter((trouble) => !/(auth_metadata|well-known.*) 404$/.test(trouble));
    expect(refusals).to.deep.equal([]);
  });

  it('makes a space in place of a guild, and says so', async () => {
    await ada.page.getByRole('main').getByRole('button', { name: 'Create a guild' }).click();
    await ada.dialog
      .getByText('synapse.test is not a Guildhall server: this makes a Matrix space.')
      .waitFor();
    await expectAccessible(ada.page, 'creating a space');
    await ada.dialog.getByLabel('Name').fill('The Other Hall');
    await ada.dialog.getByRole('button', { name: 'Create guild' }).click();
    await ada.channelHeading('general').waitFor();
    await ada.chooseFromMenu('The Other Hall, guild menu', 'Create a category');
    await ada.dialog.getByLabel('Name').fill('Game nights');
    await ada.dialog.getByRole('button', { name: 'Create category' }).click();
    await ada.page.getByRole('button', { name: 'Create a channel in Game nights' }).click();
    await ada.dialog.getByLabel('Name').fill('Evening plans');
    await ada.dialog.getByRole('button', { name: 'Create channel' }).click();
    await ada.channelHeading('evening-plans').waitFor();
    await ada.channelLink('general').click();
    await ada.channelHeading('general').waitFor();
    [spaceId = '', channelId = ''] = ada.page.url().split('/').slice(-2).map(decodeURIComponent);
  });

  it('offers a link of Matrix in place of an invite link, and invites by ID', async () => {
    await ada.chooseFromMenu('The Other Hall, guild menu', 'Invite people');
    await ada.dialog.getByText('This is a Matrix space that no Guildhall server keeps').waitFor();
    expect(await ada.dialog.getByLabel('Invite link').inputValue()).to.equal(
      `https://matrix.to/#/${encodeURIComponent(spaceId)}?via=synapse.test`,
    );
    await ada.dialog.getByLabel('Or invite somebody by user ID').fill('@ben:synapse.test');
    await ada.dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    await ada.page.getByText('@ben:synapse.test was invited').waitFor();
    await ada.page.keyboard.press('Escape');
    await ada.dialog.waitFor({ state: 'detached' });
    // Who is in the space may come into its channels.
    for (const roomId of [spaceId, channelId])
      await ben.ok('POST', `${API}/join/${encodeURIComponent(roomId)}`, {});
    await ada.member(/^ben/).waitFor();
  });

  it('sends, edits, answers, reacts and deletes', async () => {
    await ada.say('Good evening, **Ben**!');
    await ada.message('Good evening').getByText('Ben', { exact: true }).waitFor();
    const heard = await ben.say(channelId, 'Good evening yourself');
    await ada.message('Good evening yourself').waitFor();
    await ada.act('Good evening yourself', 'Reply');
    await ada.page.getByText('Replying to ben').waitFor();
    await ada.say('Shall we begin?');
    await ada
      .message('Shall we begin?')
      .getByRole('button', { name: /Good evening yourself/ })
      .waitFor();
    await ada.act('Shall we begin?', 'Edit');
    await eventually(async () => (await ada.composer.inputValue()) === 'Shall we begin?');
    await ada.say('Shall we go?');
    await ada.message('Shall we go?').getByText('(edited)').waitFor();
    await ben.send(channelId, 'm.reaction', {
      'm.relates_to': { rel_type: 'm.annotation', event_id: heard, key: '🎉' },
    });
    await ada.timeline.getByRole('button', { name: '🎉, 1 reaction' }).click();
    await ada.timeline.getByRole('button', { name: '🎉, 2 reactions' }).waitFor();
    await ada.say('I should not have said that');
    await ada.act('I should not have said that', 'Delete');
    await ada.dialog.getByRole('button', { name: 'Delete' }).click();
    await ada.message('I should not have said that').waitFor({ state: 'detached' });
    await ada.timeline.getByText('Message deleted').waitFor();
  });

  it('uploads an image, and shows it', async () => {
    const image = await makeImage('png', { width: 320, height: 200 });
    await ada.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'lantern.png', mimeType: 'image/png', buffer: image });
    await ada.page.getByRole('list', { name: 'Attachments' }).getByText('lantern.png').waitFor();
    await ada.page.getByRole('button', { name: 'Send', exact: true }).click();
    const { width, height } = await ada.seeImage(ada.timeline.getByRole('img', { name: 'lantern.png' }));
    expect(width / height).to.be.closeTo(1.6, 0.02);
    await ada.page.getByRole('button', { name: 'Open image lantern.png' }).click();
    await ada.seeImage(ada.dialog.getByRole('img'));
    await ada.page.keyboard.press('Escape');
    await ada.dialog.waitFor({ state: 'hidden' });
  });

  it('has threads', async () => {
    await ada.act('Good evening, Ben', 'Thread');
    const panel = ada.page.getByRole('complementary', { name: 'Thread' });
    const writing = panel.getByRole('textbox', { name: 'Reply in the thread' });
    await writing.fill('To nobody else');
    await writing.press('Enter');
    await panel.getByRole('article').filter({ hasText: 'To nobody else' }).waitFor();
    await ada.timeline.getByRole('button', { name: /^1 reply/ }).waitFor();
    await panel.getByRole('button', { name: 'Close the thread' }).click();
  });

  it('knows what is new until it is read', async () => {
    await ada.channelLink('evening-plans').click();
    await ada.channelHeading('evening-plans').waitFor();
    await ben.say(channelId, 'Bring bread to the harbour');
    await ada.channelLink('general, unread').click();
    await ada.message('Bring bread').waitFor();
    await ada.channelLink('general').waitFor();
    await ada.page.reload();
    await ada.message('Bring bread').waitFor();
    await ada.channelLink('general').waitFor();
  });

  it('searches', async () => {
    await ada.page.keyboard.press('Control+F');
    const field = ada.page.getByRole('combobox', { name: 'Words to look for' });
    await field.fill('harbour');
    await field.press('Enter');
    const panel = ada.page.getByRole('complementary', { name: 'Search' });
    await panel.getByRole('button', { name: 'Bring bread to the harbour' }).waitFor();
    await ada.page.keyboard.press('Escape');
  });

  it('begins a conversation', async () => {
    await ada.page.getByRole('link', { name: /^Home/ }).click();
    await ada.page.getByRole('main').getByRole('button', { name: 'New conversation' }).click();
    await ada.dialog.getByLabel('With whom?').fill('@ben:synapse.test');
    await ada.dialog.getByRole('button', { name: 'Begin' }).click();
    await ada.page.getByRole('textbox', { name: 'Message ben' }).waitFor();
    await ada.say('Just us two');
    await ada.message('Just us two').waitFor();
  });

  it('says in the settings what a space lacks, and bans from the channels too', async () => {
    await ada.page.getByRole('link', { name: 'The Other Hall' }).click();
    await ada.chooseFromMenu('The Other Hall, guild menu', 'Guild settings');
    await ada.page.getByRole('link', { name: 'Invites' }).click();
    await ada.page.getByText('It has no invite links; people come in when they are invited.').waitFor();
    await ada.page.getByRole('link', { name: 'Members' }).click();
    await ada.page.getByRole('button', { name: 'Ban ben from the guild' }).click();
    await ada.dialog.getByRole('button', { name: 'Ban' }).click();
    await eventually(async () => {
      const path = `${API}/rooms/${encodeURIComponent(channelId)}/state`;
      return (await ben.request('GET', path)).status === 403;
    });
  });
});
