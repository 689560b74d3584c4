import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath, createGuild, createInvite, redeemInvite, type SeededGuild } from './test-kit/guild.ts';
import { Hall, PHONE } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

const POLL = 'org.matrix.msc3381.poll';

describe('Polls', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let guild: SeededGuild;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
  });
  beforeEach(async () => {
    guild = await createGuild(ada, { name: 'The Archive' });
    await redeemInvite(bob, await createInvite(ada, guild));
    visitor = await hall.visit({ reducedMotion: 'reduce' });
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.composer.waitFor();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const answer = (name: string | RegExp) => visitor.timeline.getByRole('button', { name, exact: true });
  const begin = async (choices: readonly string[] = []): Promise<string> => {
    await visitor.chooseFromMenu('Add something', 'Create a poll');
    await visitor.dialog.getByLabel('Question').fill('Which tea?');
    await visitor.dialog.getByLabel('Answer 1', { exact: true }).fill('Black');
    await visitor.dialog.getByLabel('Answer 2', { exact: true }).fill('Green');
    for (const choice of choices) await visitor.dialog.getByLabel(choice).check();
    await expectAccessible(visitor.page, 'a poll to be');
    await visitor.dialog.getByRole('button', { name: 'Begin the poll' }).click();
    await visitor.timeline.getByRole('group', { name: 'Which tea?' }).waitFor();
    let found: { event_id: string } | undefined;
    await eventually(async () => {
      const { chunk } = await ada.ok('GET', `${roomPath(guild.generalId)}/messages?dir=b&limit=5`);
      found = chunk.find((event: { type: string }) => event.type === `${POLL}.start`);
      return found !== undefined;
    });
    return found?.event_id ?? '';
  };
  const voteAs = (user: TestUser, pollId: string, ...answers: string[]): Promise<string> =>
    user.send(guild.generalId, `${POLL}.response`, {
      'm.relates_to': { rel_type: 'm.reference', event_id: pollId },
      [`${POLL}.response`]: { answers },
    });

  for (const colorScheme of ['dark', 'light'] as const) {
    it(`are begun, voted in and ended in the ${colorScheme} theme`, async () => {
      await visitor.page.emulateMedia({ colorScheme });
      const pollId = await begin();
      await answer('Black').click();
      await answer('Black, 1 vote').waitFor();
      await voteAs(bob, pollId, 'answer-2');
      await answer('Green, 1 vote').waitFor();
      await visitor.timeline.getByText('2 people voted').waitFor();
      await answer('Green, 1 vote').click();
      await answer('Green, 2 votes').waitFor();
      await expectAccessible(visitor.page, 'a poll');
      await visitor.timeline.getByRole('button', { name: 'End the poll' }).click();
      await visitor.dialog.getByRole('button', { name: 'End the poll' }).click();
      await visitor.timeline.getByText('This poll is over.').waitFor();
      await voteAs(bob, pollId, 'answer-1');
      await visitor.page.reload();
      await answer('Green, 2 votes').waitFor();
      expect(await answer('Green, 2 votes').isDisabled()).to.equal(true);
      await expectAccessible(visitor.page, 'a poll that is over');
    });
  }

  it('keep votes to themselves until the end, and let people choose several', async () => {
    const pollId = await begin(['People may choose several answers', 'Show the votes only at the end']);
    await answer('Black').click();
    await answer('Green').click();
    await visitor.timeline.getByText('1 person voted').waitFor();
    expect(await answer(/vote$/).count()).to.equal(0);
    await bob.ok('PUT', `${roomPath(guild.generalId)}/send/${POLL}.end/early`, {
      'm.relates_to': { rel_type: 'm.reference', event_id: pollId },
      [`${POLL}.end`]: {},
    });
    await voteAs(bob, pollId, 'answer-1');
    await visitor.timeline.getByText('2 people voted').waitFor();
    // Who did not begin it cannot end it.
    expect(await visitor.timeline.getByText('This poll is over.').count()).to.equal(0);
    await visitor.timeline.getByRole('button', { name: 'End the poll' }).click();
    await visitor.dialog.getByRole('button', { name: 'End the poll' }).click();
    await answer('Black, 2 votes').waitFor();
    await answer('Green, 1 vote').waitFor();
  });

  it('count what was voted long ago, and hold on a phone', async () => {
    const pollId = await begin();
    await voteAs(bob, pollId, 'answer-2');
    for (let index = 0; index < 40; index += 1) await bob.say(guild.generalId, `Later ${index}`);
    await visitor.page.setViewportSize(PHONE);
    await visitor.open(`${channelPath(guild)}/${encodeURIComponent(pollId)}`);
    await answer('Green, 1 vote').waitFor();
    await visitor.expectNoSidewaysScroll();
  });
});
