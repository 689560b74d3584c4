import { expect } from 'chai';
import type { Route } from 'playwright-core';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { makeImage } from '../../homeserver/test-kit/images.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import {
  channelPath,
  createChannel,
  createGuild,
  createInvite,
  redeemInvite,
  type SeededGuild,
} from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import { shareImage } from './test-kit/talk.ts';
import type { Visitor } from './test-kit/visitor.ts';

const SYNC = '**/_matrix/client/v3/sync?*';
const OLDER = '**/messages?*';
const MEMBERS = '**/members?*';
const SEND = '**/send/m.room.message/*';
const MEDIA = '**/_matrix/client/v1/media/**';
const INVITE = '**/_guildhall/client/v1/invites/*';
const REGISTRATION = '**/_guildhall/client/v1/registration';

describe('While something loads, is missing or fails', function () {
  this.timeout(60_000);

  let hall: Hall;
  let ada: TestUser;
  let guild: SeededGuild;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    ada = await hall.server.register('ada');
    guild = await createGuild(ada, { name: 'The Archive' });
    await redeemInvite(await hall.server.register('silent'), await createInvite(ada, guild));
    for (let index = 1; index <= 60; index += 1) await ada.say(guild.generalId, `Entry ${index}.`);
  });
  beforeEach(async () => {
    visitor = await hall.visit();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  describe('in the hall', () => {
    it('shows the hall in outline until the first sync is there', async () => {
      const sync = await hold(visitor, SYNC);
      await visitor.enterAs(ada, channelPath(guild));
      await visitor.page.getByRole('status', { name: 'Opening the hall' }).waitFor();
      sync.release();
      await visitor.message('Entry 60.').waitFor();
    });

    it('says that the hall cannot be opened, and opens it on the next try', async () => {
      await fail(visitor, SYNC);
      await visitor.page.clock.install();
      await visitor.enterAs(ada, channelPath(guild));
      const error = visitor.page.getByRole('alert').filter({ hasText: "Couldn't open the hall" });
      await passTimeUntil(visitor, () => error.isVisible());
      await visitor.page.unroute(SYNC);
      await error.getByRole('button', { name: 'Try again' }).click();
      await visitor.message('Entry 60.').waitFor();
    });

    it('says that the server is out of reach, and sends what was written meanwhile', async () => {
      await visitor.enterAs(ada, channelPath(guild));
      await visitor.message('Entry 60.').waitFor();
      visitor.expectRefusals();
      await visitor.page.context().setOffline(true);
      await visitor.page.getByText('The server is out of reach').waitFor();
      await visitor.say('Written in the dark');
      await visitor.message('Written in the dark').waitFor();
      await visitor.page.context().setOffline(false);
      await visitor.page.getByText('The server is out of reach').waitFor({ state: 'hidden' });
      await untilSaid(ada, guild, 'Written in the dark');
    });

    it('says that a channel is not there', async () => {
      await visitor.page.clock.install();
      await visitor.enterAs(ada, `${channelPath(guild)}-gone`);
      // It may be on its way: for a moment there is only its outline.
      await visitor.page.getByRole('navigation', { name: 'Channels of The Archive' }).waitFor();
      await visitor.page.getByRole('status', { name: 'Loading messages' }).waitFor();
      const error = visitor.page.getByRole('alert').filter({ hasText: 'This channel is not here' });
      await passTimeUntil(visitor, () => error.isVisible());
      expect(await visitor.page.getByRole('complementary', { name: 'Members' }).count()).to.equal(0);
      await visitor.page.getByRole('button', { name: 'Go back' }).click();
      await visitor.channelHeading('general').waitFor();
    });
  });

  describe('in a channel', () => {
    it('shows older messages in outline, says when they cannot be had, and gets them on the next try', async () => {
      await fail(visitor, OLDER);
      await visitor.enterAs(ada, channelPath(guild));
      await visitor.message('Entry 60.').waitFor();
      await visitor.timeline.hover();
      await visitor.page.mouse.wheel(0, -10_000);
      const error = visitor.page.getByRole('alert').filter({ hasText: "Couldn't load older messages." });
      await error.waitFor();
      await visitor.page.unroute(OLDER);
      const older = await hold(visitor, OLDER);
      await error.getByRole('button', { name: 'Try again' }).click();
      await visitor.timeline.getByRole('status', { name: 'Loading messages' }).waitFor();
      older.release();
      const begin = visitor.page.getByRole('heading', { name: 'Welcome to general' });
      await eventually(async () => {
        await visitor.page.mouse.wheel(0, -10_000);
        return begin.isVisible();
      });
    });

    it('shows members in outline, says when not all can be had, and gets them on the next try', async () => {
      await fail(visitor, MEMBERS);
      await visitor.enterAs(ada, channelPath(guild));
      const panel = visitor.page.getByRole('complementary', { name: 'Members' });
      const error = panel.getByRole('alert').filter({ hasText: "Couldn't load everybody" });
      await error.waitFor();
      expect(await visitor.member(/^silent/).count()).to.equal(0);
      await visitor.page.unroute(MEMBERS);
      const members = await hold(visitor, MEMBERS);
      await error.getByRole('button', { name: 'Try again' }).click();
      await panel.getByRole('status', { name: 'Loading members' }).waitFor();
      members.release();
      await visitor.member(/^silent/).waitFor();
      expect(await panel.getByRole('status').count()).to.equal(0);
    });

    it('keeps a message that was refused, and sends it again when asked to', async () => {
      await fail(visitor, SEND, 403);
      await visitor.enterAs(ada, channelPath(guild));
      await visitor.say('Do not lose this');
      const failure = visitor.message('Do not lose this').getByRole('alert');
      await failure.getByText("Couldn't send.").waitFor();
      await visitor.page.unroute(SEND);
      await failure.getByRole('button', { name: 'Retry' }).click();
      await failure.waitFor({ state: 'detached' });
      await untilSaid(ada, guild, 'Do not lose this');
    });

    it('says that an image cannot be had, in its place, and gets it on the next try', async () => {
      const pictures = await createChannel(ada, guild, { name: 'pictures' });
      const size = { width: 320, height: 200 };
      const data = await makeImage('jpeg', size);
      await shareImage(hall, ada, pictures, { ...size, data, name: 'lamp.jpg', caption: 'A lamp' });
      await fail(visitor, MEDIA);
      await visitor.enterAs(ada, channelPath(guild, pictures));
      const failed = visitor.page.getByRole('button', { name: "Couldn't load the image. Try again" });
      await failed.waitFor();
      const before = await failed.boundingBox();
      await visitor.page.unroute(MEDIA);
      await failed.click();
      await visitor.seeImage(visitor.timeline.getByRole('img', { name: 'lamp.jpg' }));
      const after = await visitor.page.getByRole('button', { name: 'Open image lamp.jpg' }).boundingBox();
      expect(after).to.deep.equal(before);
    });

    it('says that a category is empty, and that nobody has spoken yet', async () => {
      const quiet = await createGuild(ada, { name: 'Quiet Corner' });
      await createChannel(ada, quiet, { name: 'Later', kind: 'category' });
      await visitor.enterAs(ada, channelPath(quiet));
      await visitor.page.getByRole('heading', { name: 'Welcome to general' }).waitFor();
      await visitor.page.getByText('Nothing in here yet').waitFor();
    });
  });

  describe('at the door', () => {
    it('shows an invite in outline, then the guild', async () => {
      const invite = await hold(visitor, INVITE);
      await visitor.open(`/invite/${await createInvite(ada, guild)}`);
      await visitor.page.getByRole('status', { name: 'Loading the invite' }).waitFor();
      invite.release();
      await visitor.page.getByRole('heading', { name: 'The Archive' }).waitFor();
    });

    it('says that an invite has gone out', async () => {
      visitor.expectRefusals();
      await visitor.open('/invite/nothing');
      await visitor.page.getByRole('heading', { name: 'This invite has gone out' }).waitFor();
    });

    it('says that an invite cannot be looked up, and looks again', async () => {
      const path = `/invite/${await createInvite(ada, guild)}`;
      await fail(visitor, INVITE);
      await visitor.open(path);
      const error = visitor.page.getByRole('alert').filter({ hasText: "Couldn't look up the invite" });
      await error.waitFor();
      await visitor.page.unroute(INVITE);
      await error.getByRole('button', { name: 'Try again' }).click();
      await visitor.page.getByRole('heading', { name: 'The Archive' }).waitFor();
    });

    it('shows registration in outline, and says when the server does not answer or takes nobody', async () => {
      const asked = await hold(visitor, REGISTRATION);
      await visitor.open('/register');
      await visitor.page.getByRole('status', { name: 'Loading' }).waitFor();
      asked.release();
      await visitor.page.getByLabel('Username').waitFor();

      await fail(visitor, REGISTRATION);
      await visitor.open('/register');
      await visitor.page.getByRole('alert').filter({ hasText: "Couldn't ask the server" }).waitFor();

      await visitor.page.unroute(REGISTRATION);
      await visitor.page.route(REGISTRATION, (route) => route.fulfill({ json: { mode: 'closed' } }));
      await visitor.page.getByRole('button', { name: 'Try again' }).click();
      await visitor.page.getByRole('heading', { name: 'The doors are closed' }).waitFor();
    });

    it('says that a password is wrong, and keeps the name', async () => {
      visitor.expectRefusals();
      await visitor.open('/login');
      await visitor.page.getByLabel('Username').fill('ada');
      await visitor.page.getByLabel('Password', { exact: true }).fill('wrong');
      await visitor.page.getByRole('button', { name: 'Log in' }).click();
      await visitor.page.getByText('That username and password do not go together.').waitFor();
      expect(await visitor.page.getByLabel('Username').inputValue()).to.equal('ada');
    });
  });
});

/** Holds requests back until they are let go. */
async function hold(visitor: Visitor, url: string): Promise<{ release(): void }> {
  const waiting: Route[] = [];
  let isHeld = true;
  await visitor.page.route(url, async (route) => {
    if (isHeld) waiting.push(route);
    else await route.continue();
  });
  return {
    release() {
      isHeld = false;
      for (const route of waiting) void route.continue();
    },
  };
}

/** Lets requests fail from now on. */
async function fail(visitor: Visitor, url: string, status = 500): Promise<void> {
  visitor.expectRefusals();
  const errcode = status === 403 ? 'M_FORBIDDEN' : 'M_UNKNOWN';
  await visitor.page.route(url, (route) =>
    route.fulfill({ status, json: { errcode, error: 'By the test' } }),
  );
}

/** Lets the page's clock run fast, which has to be installed, until something holds. */
async function passTimeUntil(visitor: Visitor, holds: () => Promise<boolean>): Promise<void> {
  await eventually(async () => {
    await visitor.page.clock.fastForward(500);
    return holds();
  });
}

/** Waits until the server has a message. */
async function untilSaid(user: TestUser, { generalId }: SeededGuild, body: string): Promise<void> {
  await eventually(async () => {
    const { chunk } = await user.ok('GET', `${roomPath(generalId)}/messages?dir=b&limit=5`);
    return chunk.some((event: { content: { body?: string } }) => event.content.body === body);
  });
}
