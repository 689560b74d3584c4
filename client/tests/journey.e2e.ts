import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { makeImage } from '../../homeserver/test-kit/images.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

/** One story, told in order: each test goes on where the one before it ended. */
describe('Two people find each other and talk', function () {
  this.timeout(120_000);
  this.bail(true);

  let hall: Hall;
  let ada: Visitor;
  let bob: Visitor;
  let inviteLink: string;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.visit();
    bob = await hall.visit();
  });
  afterEach(() => hall.expectNoTrouble());
  after(() => hall.close());

  it('lets somebody register and welcomes them', async () => {
    await ada.open('/');
    await ada.page.getByRole('link', { name: 'Create an account' }).click();
    await ada.fillInAccount('ada', 'Create account');
    await ada.page.getByRole('heading', { name: 'Come in, ada' }).waitFor();
  });

  it('creates a guild with a channel, a category and a channel in it', async () => {
    await ada.page.getByRole('main').getByRole('button', { name: 'Create a guild' }).click();
    await ada.dialog.getByLabel('Name').fill('The Lantern Club');
    await ada.dialog.getByRole('button', { name: 'Create guild' }).click();
    await ada.channelHeading('general').waitFor();

    await ada.chooseFromMenu('The Lantern Club, guild menu', 'Create a category');
    await ada.dialog.getByLabel('Name').fill('Game nights');
    await ada.dialog.getByRole('button', { name: 'Create category' }).click();

    await ada.page.getByRole('button', { name: 'Create a channel in Game nights' }).click();
    await ada.dialog.getByLabel('Name').fill('Evening plans');
    await ada.dialog.getByLabel('Topic').fill('Who brings what');
    await ada.dialog.getByRole('button', { name: 'Create channel' }).click();
    await ada.channelHeading('evening-plans').waitFor();
    await ada.channelLink('general').click();
    await ada.channelHeading('general').waitFor();
  });

  it('makes an invite link', async () => {
    await ada.chooseFromMenu('The Lantern Club, guild menu', 'Invite people');
    const field = ada.dialog.getByLabel('Invite link');
    inviteLink = await field.inputValue();
    expect(inviteLink).to.match(new RegExp(`^${hall.server.url}/invite/[A-Za-z0-9_-]+$`));
    const selected = await field.evaluate((element) => {
      if (!(element instanceof HTMLInputElement) || element !== document.activeElement) return '';
      return element.value.slice(element.selectionStart ?? 0, element.selectionEnd ?? 0);
    });
    expect(selected, 'what is selected, ready to be copied').to.equal(inviteLink);
    await ada.page.keyboard.press('Escape');
    await ada.dialog.waitFor({ state: 'hidden' });
  });

  it('shows the guild to somebody without an account, who registers and comes in', async () => {
    await bob.open(inviteLink);
    await bob.page.getByText('ada invites you to come in.').waitFor();
    await bob.page.getByRole('heading', { name: 'The Lantern Club' }).waitFor();
    await bob.page.getByRole('link', { name: 'Create an account to join' }).click();
    await bob.fillInAccount('bob', 'Create account');
    await bob.page.getByRole('button', { name: 'Join The Lantern Club' }).click();
    await bob.channelHeading('general').waitFor();
    await bob.channelLink('evening-plans').waitFor();
  });

  it('lists both as online, on both sides', async () => {
    for (const visitor of [ada, bob]) {
      await visitor.member('ada Online, runs this guild').waitFor();
      await visitor.member('bob Online').waitFor();
    }
  });

  it('brings messages over while both look', async () => {
    await ada.say('Good evening, **Bob**!');
    await bob
      .message('Good evening')
      .getByText('Bob', { exact: true })
      .and(bob.page.locator('strong'))
      .waitFor();
    await bob.say('Good evening yourself');
    await ada.message('Good evening yourself').waitFor();
  });

  it('shows who is typing until they stop', async () => {
    const note = ada.page.getByText('bob is typing…');
    await bob.composer.pressSequentially('I think');
    await note.waitFor();
    await bob.composer.fill('');
    await note.waitFor({ state: 'hidden' });
  });

  it('shows an edit, and that it is one', async () => {
    await bob.act('Good evening yourself', 'Edit');
    await eventually(async () => (await bob.composer.inputValue()) === 'Good evening yourself');
    await bob.say('A very good evening');
    await ada.message('A very good evening').getByText('(edited)').waitFor();
    expect(await ada.message('Good evening yourself').count()).to.equal(0);
  });

  it('counts reactions of both', async () => {
    await ada.act('A very good evening', 'Add a reaction');
    await ada.page.getByRole('button', { name: 'React with 🎉' }).click();
    const reactions = bob.message('A very good evening').getByRole('list', { name: 'Reactions' });
    await reactions.getByRole('button', { name: '🎉, 1 reaction' }).click();
    const counted = ada.message('A very good evening').getByRole('button', { name: '🎉, 2 reactions' });
    await counted.waitFor();
    expect(await counted.getAttribute('aria-pressed')).to.equal('true');
  });

  it('shows a reply with what it answers', async () => {
    await ada.act('A very good evening', 'Reply');
    await ada.page.getByText('Replying to bob').waitFor();
    await ada.say('Shall we begin?');
    const quote = bob.message('Shall we begin?').getByRole('button', { name: /A very good evening/ });
    await quote.waitFor();
    await ada.page.getByText('Replying to bob').waitFor({ state: 'hidden' });
  });

  it('takes a deleted message away from everybody', async () => {
    await bob.say('I should not have said that');
    await ada.message('I should not have said that').waitFor();
    await bob.act('I should not have said that', 'Delete');
    await bob.dialog.getByRole('button', { name: 'Delete' }).click();
    await ada.message('I should not have said that').waitFor({ state: 'detached' });
    await ada.timeline.getByText('Message deleted').waitFor();
  });

  it('shares an image that is dropped, and one that is pasted with words', async () => {
    const dropped = await makeImage('png', { width: 320, height: 200 });
    await giveFile(ada, 'drop', { name: 'lantern.png', data: dropped });
    await ada.page.getByRole('list', { name: 'Attachments' }).getByText('lantern.png').waitFor();
    await ada.page.getByRole('button', { name: 'Send', exact: true }).click();
    expect(await bob.seeImage(bob.timeline.getByRole('img', { name: 'lantern.png' }))).to.deep.equal({
      width: 320,
      height: 200,
    });

    const pasted = await makeImage('jpeg', { width: 1600, height: 900 });
    await giveFile(bob, 'paste', { name: 'table.jpg', data: pasted });
    await bob.page.getByRole('list', { name: 'Attachments' }).getByText('table.jpg').waitFor();
    await bob.say('The table is laid');
    const image = ada.message('The table is laid').getByRole('img', { name: 'table.jpg' });
    const { width, height } = await ada.seeImage(image);
    expect(width / height).to.be.closeTo(16 / 9, 0.02);
  });

  it('opens an image large and offers the file itself', async () => {
    await bob.page.getByRole('button', { name: 'Open image lantern.png' }).click();
    const download = bob.page.waitForEvent('download');
    await bob.dialog.getByRole('link', { name: 'Download' }).click();
    const file = await download;
    expect(file.suggestedFilename()).to.equal('lantern.png');
    expect((await readFile(await file.path())).subarray(1, 4).toString()).to.equal('PNG');
    await bob.page.keyboard.press('Escape');
    await bob.dialog.waitFor({ state: 'hidden' });
  });

  it('marks a channel that has something new until it is opened', async () => {
    await ada.channelLink('evening-plans').click();
    await ada.channelHeading('evening-plans').waitFor();
    await ada.say('Bring bread');
    await bob.channelLink('evening-plans, unread').click();
    await bob.message('Bring bread').waitFor();
    await bob.channelLink('evening-plans').waitFor();
    await bob.channelLink('general').click();
    await ada.say('@bob and wine');
    await bob.channelLink('evening-plans, unread').waitFor();
  });

  it('has the session and the history after a reload', async () => {
    for (const visitor of [ada, bob]) {
      await visitor.channelLink('general').click();
      await visitor.page.reload();
      await visitor.channelHeading('general').waitFor();
      await visitor.message('A very good evening').getByRole('button', { name: '🎉, 2 reactions' }).waitFor();
      await visitor.message('Shall we begin?').waitFor();
      await visitor.seeImage(visitor.timeline.getByRole('img', { name: 'lantern.png' }));
    }
    await bob.channelLink('evening-plans, unread').waitFor();
  });

  it('forgets somebody who logs out, and has everything when they log in again', async () => {
    await bob.chooseFromMenu('Account menu', 'Log out');
    await bob.dialog.getByRole('button', { name: 'Log out' }).click();
    await bob.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    const kept = await bob.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(kept).not.to.include('bob').and.not.to.include('guilds');
    await bob.fillInAccount('bob', 'Log in');
    await bob.page.getByRole('link', { name: /^The Lantern Club/ }).click();
    await bob.channelHeading('general').waitFor();
    await bob.message('Shall we begin?').waitFor();
    await bob.say('Here again');
    await ada.message('Here again').waitFor();
  });

  it('changes from dusk to paper, and remembers it', async () => {
    const brightness = (): Promise<number> =>
      ada.page.evaluate(() => {
        const [red = 0] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g) ?? [];
        return Number(red);
      });
    expect(await brightness()).to.be.below(60);
    await ada.chooseFromMenu('Account menu', 'Light theme');
    await eventually(async () => (await brightness()) > 200);
    await ada.page.reload();
    await ada.channelHeading('general').waitFor();
    expect(await brightness()).to.be.above(200);
  });
});

/** Lets a file fall on the channel, or pastes it into the composer, as a browser does. */
async function giveFile(
  visitor: Visitor,
  way: 'drop' | 'paste',
  file: { readonly name: string; readonly data: Buffer },
): Promise<void> {
  const type = file.name.endsWith('.png') ? 'image/png' : 'image/jpeg';
  const transfer = await visitor.page.evaluateHandle(
    ({ base64, ...options }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], options.name, { type: options.type }));
      return data;
    },
    { base64: file.data.toString('base64'), name: file.name, type },
  );
  if (way === 'drop') {
    for (const event of ['dragenter', 'dragover', 'drop'])
      await visitor.timeline.dispatchEvent(event, { dataTransfer: transfer });
  } else {
    await visitor.composer.evaluate((element, clipboardData) => {
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, transfer);
  }
}
