import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath, createGuild, createInvite, redeemInvite, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

const SLOW_MODE = 'io.guildhall.slowmode';

describe('What one may not send', function () {
  this.timeout(90_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let guild: SeededGuild;
  let visitor: Visitor;
  let guilds = 0;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
  });
  beforeEach(async () => {
    guilds += 1;
    guild = await createGuild(ada, { name: `The Archive ${guilds}` });
    await redeemInvite(bob, await createInvite(ada, guild));
    visitor = await hall.visit({ reducedMotion: 'reduce' });
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const page = () => visitor.page;
  const setSlowMode = (seconds: number): Promise<string> =>
    ada.setState(guild.generalId, SLOW_MODE, { seconds });
  const enter = async (user: TestUser): Promise<void> => {
    await visitor.enterAs(user, channelPath(guild));
    await visitor.composer.waitFor();
  };
  const levels = (): Promise<Record<string, unknown>> =>
    ada.ok('GET', `${roomPath(guild.generalId)}/state/m.room.power_levels`);
  const sendButton = () => page().getByRole('button', { name: 'Send', exact: true });

  it('is set in the channel, and holds nobody up who runs it', async () => {
    await enter(ada);
    await visitor.channelLink('general').hover();
    await page().getByRole('button', { name: 'Settings of general' }).click();
    await page().getByLabel('Slow mode').selectOption('30 seconds');
    await page().getByText('Saved').waitFor();
    await expectAccessible(page(), 'slow mode in the settings of a channel');
    await page().goBack();
    await page().getByText('Slow mode, but not for you').waitFor();
    await visitor.say('one');
    await visitor.say('two');
    await visitor.message('two').waitFor();
    const content = await ada.ok('GET', `${roomPath(guild.generalId)}/state/${SLOW_MODE}`);
    expect(content).to.deep.equal({ seconds: 30 });
  });

  it('waits with slow mode, says for how long, and keeps what was typed', async () => {
    await setSlowMode(3600);
    await enter(bob);
    await page().getByText('Slow mode: one message every 1 hour').waitFor();
    await visitor.say('first');
    await page().getByRole('timer').filter({ hasText: 'You can write again in' }).waitFor();
    await visitor.composer.fill('second');
    await visitor.composer.press('Enter');
    await expectAccessible(page(), 'waiting with slow mode');
    expect(await visitor.composer.inputValue()).to.equal('second');
    expect(await sendButton().isDisabled()).to.equal(true);
    await page().reload();
    await page().getByRole('timer').waitFor();
    expect(await visitor.composer.inputValue()).to.equal('second');
    await setSlowMode(0);
    await page().getByRole('timer').waitFor({ state: 'detached' });
    await visitor.composer.press('Enter');
    await visitor.message('second').waitFor();
  });

  it('lets people edit what they said while they wait', async () => {
    await setSlowMode(3600);
    await enter(bob);
    await visitor.say('frist');
    await page().getByRole('timer').waitFor();
    await visitor.composer.press('ArrowUp');
    await visitor.composer.fill('first');
    await visitor.composer.press('Enter');
    await visitor.message('first').waitFor();
  });

  it('lets people speak again when the time is over', async () => {
    await setSlowMode(2);
    await enter(bob);
    await visitor.say('first');
    await visitor.message('first').waitFor();
    await page().getByText('Slow mode: one message every 2 seconds').waitFor();
    await visitor.composer.fill('second');
    await eventually(async () => {
      await visitor.composer.press('Enter');
      return (await visitor.composer.inputValue()) === '';
    });
    await visitor.message('second').waitFor();
  });

  it('sends again by itself what came too soon for the server', async () => {
    await enter(bob);
    visitor.expectRefusals();
    let refusals = 0;
    await page().route('**/send/m.room.message/**', async (route) => {
      refusals += 1;
      if (refusals > 1) return route.continue();
      return route.fulfill({
        status: 429,
        json: { errcode: 'M_LIMIT_EXCEEDED', error: 'Too many requests', retry_after_ms: 200 },
      });
    });
    await visitor.say('in a hurry');
    await page().waitForResponse((response) => response.url().includes('/send/') && response.ok());
    await visitor.message('in a hurry').waitFor();
    expect(await visitor.message('in a hurry').count()).to.equal(1);
    expect(refusals).to.equal(2);
  });

  it('says where one may only read, and notices when that changes', async () => {
    await enter(bob);
    const before = await levels();
    await ada.setState(guild.generalId, 'm.room.power_levels', { ...before, events_default: 50 });
    await page().getByText('You can read here, but not write.').waitFor();
    await expectAccessible(page(), 'a channel to read');
    await ada.setState(guild.generalId, 'm.room.power_levels', before);
    await visitor.say('I may again');
    await visitor.message('I may again').waitFor();
    const users = { ...(before.users as object), [bob.userId]: -1 };
    await ada.setState(guild.generalId, 'm.room.power_levels', { ...before, users });
    await page().getByText('those who run this place took that from you').waitFor();
  });

  it('says that one may neither react, nor begin polls, nor send stickers', async () => {
    await ada.say(guild.generalId, 'Look, but do not touch');
    const events = { 'm.reaction': 50, 'm.sticker': 50, 'org.matrix.msc3381.poll.start': 50 };
    await ada.setState(guild.generalId, 'm.room.power_levels', { ...(await levels()), events });
    await enter(bob);
    await visitor.message('Look').hover();
    await visitor.message('Look').getByRole('button', { name: 'Reply' }).waitFor();
    expect(await visitor.message('Look').getByRole('button', { name: 'Add a reaction' }).count()).to.equal(0);
    await visitor.chooseFromMenu('Add something', 'Create a poll');
    await page().getByText('You may not begin polls here.').waitFor();
    await visitor.chooseFromMenu('Add something', 'Send a sticker');
    await page().getByText('You may not send stickers here.').waitFor();
  });

  it('leads on from a channel that has moved', async () => {
    const newId = await ada.createRoom({ name: 'new-hall', preset: 'public_chat' });
    await enter(bob);
    await ada.setState(guild.generalId, 'm.room.tombstone', { body: 'moved', replacement_room: newId });
    await page().getByText('This channel has moved.').waitFor();
    await expectAccessible(page(), 'a channel that has moved');
    await page().getByRole('button', { name: 'Go to the new channel' }).click();
    await visitor.dialog.getByRole('button', { name: 'Join the channel' }).click();
    await visitor.channelHeading('new-hall').waitFor();
    await visitor.say('here now');
    await visitor.message('here now').waitFor();
  });
});
