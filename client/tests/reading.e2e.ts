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
import type { Visitor } from './test-kit/visitor.ts';

const READ_MARKERS = '**/read_markers';

describe('What was read stays read', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let bob: TestUser;
  let guild: SeededGuild;
  let plansId: string;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    bob = await hall.server.register('bob');
    guild = await createGuild(ada, { name: 'The Archive' });
    plansId = await createChannel(ada, guild, { name: 'plans' });
    await redeemInvite(bob, await createInvite(ada, guild));
  });
  beforeEach(async () => {
    visitor = await hall.visit();
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.channelHeading('general').waitFor();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  it('however soon somebody leaves the channel', async () => {
    await leaveOnceSeen('A word in passing');
    await bob.say(plansId, 'Meanwhile');
    await visitor.message('Meanwhile').waitFor();
    await visitor.channelLink('general').waitFor();
  });

  it('when telling the server fails at first and nobody comes back to the channel', async () => {
    visitor.expectRefusals();
    let refused = 0;
    await visitor.page.route(READ_MARKERS, async (route) => {
      if (refused > 0) return route.fallback();
      refused += 1;
      return route.fulfill({ status: 503, json: { errcode: 'M_UNKNOWN', error: 'By the test' } });
    });
    await leaveOnceSeen('A word that is lost');
    await eventually(async () => (await countUnread(guild.generalId)) === 0);
    expect(refused).to.equal(1);
    await visitor.channelLink('general').waitFor();
  });

  it('and a line shows where reading ended', async () => {
    await visitor.channelLink('plans').click();
    await visitor.channelHeading('plans').waitFor();
    await bob.say(guild.generalId, 'Something new');
    await visitor.channelLink('general, unread').click();
    await visitor.message('Something new').waitFor();
    await visitor.timeline.getByText('New', { exact: true }).waitFor();
    await visitor.channelLink('general').waitFor();
    await visitor.timeline.getByText('New', { exact: true }).waitFor();
  });

  /** Lets Bob speak in the channel that is open, and goes to another one in the moment in which it can be seen. */
  async function leaveOnceSeen(text: string): Promise<void> {
    const seen = visitor.page.evaluate(
      ([words, link]) =>
        new Promise<void>((resolve) => {
          const look = (): void => {
            if (!document.querySelector('[role=log]')?.textContent?.includes(words)) {
              requestAnimationFrame(look);
              return;
            }
            // The next frame: this one has not been drawn yet.
            requestAnimationFrame(() => {
              document.querySelector<HTMLElement>(link)?.click();
              resolve();
            });
          };
          look();
        }),
      [text, `[data-channel="${plansId}"] a`] as const,
    );
    await bob.say(guild.generalId, text);
    await seen;
    await visitor.channelHeading('plans').waitFor();
  }

  /** How many messages in a channel Ada has not read, as the server knows. */
  async function countUnread(channelId: string): Promise<number> {
    const { rooms } = await ada.ok('GET', '/_matrix/client/v3/sync?timeout=0');
    return rooms.join[channelId].unread_notifications.notification_count;
  }
});
