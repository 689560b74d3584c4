import type { Locator } from 'playwright-core';
import type { TestUser } from '../../../homeserver/test-kit/test-user.ts';
import type { DemoStage } from './demo-stage.ts';
import { channelPath } from './guild.ts';
import type { Visitor } from './visitor.ts';

/** How to come to what a picture shows, and how to know that all of it is there. */
export interface Scene {
  readonly name: string;
  /** Whoever looks: somebody outside, Ada in the middle of everything, or somebody who has just come. */
  readonly as: 'guest' | 'ada' | 'newcomer';
  readonly path: (stage: DemoStage) => string;
  /** Requests that fail, or that never come back, to show what is seen then. */
  readonly failing?: string;
  readonly hanging?: string;
  readonly arrive: (visitor: Visitor, stage: DemoStage) => Promise<void>;
}

/** Who looks at a scene, for those who are logged in. */
export type Viewers = Readonly<
  Record<'ada' | 'newcomer', Pick<TestUser, 'userId' | 'deviceId' | 'accessToken'>>
>;

const inSets = (stage: DemoStage): string => channelPath(stage.guild, stage.channel('sets-and-lamps'));
const harbourOf = ({ timeline }: Visitor): Locator =>
  timeline.getByRole('img', { name: 'harbour-at-night.png' });

/** In the channel where most of the talk is, with everything in sight. */
async function seeHarbour(visitor: Visitor): Promise<void> {
  await visitor.seeImage(harbourOf(visitor));
}

const heading =
  (name: string | RegExp) =>
  ({ page }: Visitor): Promise<void> =>
    page.getByRole('heading', { name }).first().waitFor();
const text =
  (words: string | RegExp) =>
  ({ page }: Visitor): Promise<void> =>
    page.getByText(words).first().waitFor();
const outline =
  (name: string) =>
  ({ page }: Visitor): Promise<void> =>
    page.getByRole('status', { name }).first().waitFor();

function atTheDoor(
  name: string,
  path: (stage: DemoStage) => string,
  rest: Omit<Scene, 'name' | 'as' | 'path'>,
): Scene {
  return { name, as: 'guest', path, ...rest };
}

function inTheHall(name: string, arrive: Scene['arrive'], rest: Partial<Scene> = {}): Scene {
  return { name, as: 'ada', path: inSets, arrive, ...rest };
}

/** Pressed where there is no room for it elsewhere: in the drawer of a phone. */
async function openDrawer({ page }: Visitor): Promise<void> {
  const button = page.getByRole('button', { name: 'Guilds and channels' });
  if (await button.isVisible()) await button.click();
}

const press =
  (key: string, arrive: Scene['arrive']): Scene['arrive'] =>
  async (visitor, stage) => {
    await visitor.channelHeading('sets-and-lamps').waitFor();
    await visitor.page.keyboard.press(key);
    await arrive(visitor, stage);
  };

const door: readonly Scene[] = [
  atTheDoor('log-in', () => '/login', { arrive: heading('Welcome back') }),
  atTheDoor('log-in-wrong', () => '/login', {
    failing: '**/_matrix/client/v3/login',
    async arrive(visitor) {
      await visitor.fillInAccount('ada', 'Log in');
      await visitor.page.getByRole('alert').waitFor();
    },
  }),
  atTheDoor('register', () => '/register', { arrive: ({ page }) => page.getByLabel('Username').waitFor() }),
  atTheDoor('register-error', () => '/register', {
    failing: '**/_guildhall/client/v1/registration',
    arrive: text("Couldn't ask the server"),
  }),
  atTheDoor('invite', ({ demo }) => `/invite/${demo.inviteCode}`, { arrive: heading('The Lantern Club') }),
  atTheDoor('invite-loading', ({ demo }) => `/invite/${demo.inviteCode}`, {
    hanging: '**/_guildhall/client/v1/invites/*',
    arrive: outline('Loading the invite'),
  }),
  atTheDoor('invite-over', () => '/invite/nothing', {
    failing: '**/nothing-fails',
    arrive: heading('This invite has gone out'),
  }),
  atTheDoor('invite-error', ({ demo }) => `/invite/${demo.inviteCode}`, {
    failing: '**/_guildhall/client/v1/invites/*',
    arrive: text("Couldn't look up the invite"),
  }),
];

const conversations: readonly Scene[] = [
  inTheHall('guild', async (visitor, stage) => {
    await seeHarbour(visitor);
    await stage.startTyping();
    await visitor.page.getByText('Tobias Lindqvist is typing…').waitFor();
  }),
  inTheHall('guild-empty', heading('Welcome to general'), {
    path: ({ emptyGuild }) => channelPath(emptyGuild),
  }),
  inTheHall(
    'hall-loading',
    async ({ page }) => {
      await page.locator('[aria-busy], [role=status]').first().waitFor();
    },
    { hanging: '**/_matrix/client/v3/sync?*' },
  ),
  inTheHall('channel-list', async (visitor) => {
    await seeHarbour(visitor);
    await openDrawer(visitor);
    await visitor.page.getByRole('navigation', { name: 'Channels of The Lantern Club' }).waitFor();
  }),
  inTheHall('thread', async (visitor) => {
    await seeHarbour(visitor);
    await visitor.timeline.getByRole('button', { name: /3 replies/ }).click();
    await visitor.page.getByText('Please leave it as it is').waitFor();
  }),
  inTheHall('poll', ({ timeline }) => timeline.getByText('9 people voted').waitFor(), {
    path: (stage) => channelPath(stage.guild, stage.channel('evening-plans')),
  }),
  inTheHall('code', ({ timeline }) => timeline.getByText('function', { exact: true }).waitFor(), {
    path: (stage) => channelPath(stage.guild, stage.channel('rules-and-maps')),
  }),
  inTheHall('emoji', async (visitor) => {
    await seeHarbour(visitor);
    await visitor.page.getByRole('button', { name: 'Emoji', exact: true }).click();
    await visitor.dialog.getByRole('button', { name: ':lantern:' }).getByRole('presentation').waitFor();
  }),
  inTheHall('lightbox', async (visitor) => {
    await seeHarbour(visitor);
    await visitor.timeline
      .getByRole('button', { name: /harbour-at-night/ })
      .first()
      .click();
    await visitor.seeImage(visitor.dialog.getByRole('img').first());
  }),
  inTheHall('home', heading(/./), { path: () => '/home' }),
  inTheHall('home-empty', heading(/./), { as: 'newcomer', path: () => '/home' }),
];

const searches: readonly Scene[] = [
  inTheHall(
    'search',
    press('Control+F', async ({ page }) => {
      const search = page.getByRole('complementary', { name: 'Search' });
      await search.getByRole('combobox').fill('lantern');
      await page.keyboard.press('Enter');
      await search.getByRole('listitem').first().waitFor();
    }),
  ),
  inTheHall(
    'search-none',
    press('Control+F', async ({ page }) => {
      const search = page.getByRole('complementary', { name: 'Search' });
      await search.getByRole('combobox').fill('zeppelin');
      await page.keyboard.press('Enter');
      await search.getByRole('heading').nth(1).waitFor();
    }),
  ),
  inTheHall(
    'search-error',
    press('Control+F', async ({ page }) => {
      const search = page.getByRole('complementary', { name: 'Search' });
      await search.getByRole('combobox').fill('lantern');
      await page.keyboard.press('Enter');
      await search.getByRole('alert').waitFor();
    }),
    { failing: '**/_matrix/client/v3/search*' },
  ),
  inTheHall(
    'switcher',
    press('Control+K', ({ page }) => page.getByRole('option').first().waitFor()),
  ),
  inTheHall(
    'inbox',
    press('Control+I', ({ dialog }) => dialog.getByRole('tab').first().waitFor()),
  ),
  inTheHall(
    'inbox-empty',
    async ({ page, dialog }) => {
      await page.getByRole('heading').first().waitFor();
      await page.keyboard.press('Control+I');
      await dialog.getByRole('tab').first().waitFor();
    },
    { as: 'newcomer', path: () => '/home' },
  ),
  inTheHall(
    'keys',
    press('Control+/', ({ dialog }) => dialog.getByText('Everywhere').waitFor()),
  ),
];

const settings: readonly Scene[] = [
  ...['account', 'sessions', 'privacy', 'notifications', 'appearance', 'keys', 'language'].map((page) =>
    inTheHall(`settings-${page}`, heading(/./), { path: () => `/settings/${page}` }),
  ),
  inTheHall('settings-sessions-error', text('Try again'), {
    path: () => '/settings/sessions',
    failing: '**/_matrix/client/v3/devices',
  }),
  ...['overview', 'members', 'channels', 'invites', 'bans', 'leave'].map((page) =>
    inTheHall(`guild-settings-${page}`, heading(/./), {
      path: ({ guild }) => `/guild-settings/${encodeURIComponent(guild.guildId)}/${page}`,
    }),
  ),
  ...['overview', 'permissions'].map((page) =>
    inTheHall(`channel-settings-${page}`, heading(/./), {
      path: (stage) => `/channel-settings/${encodeURIComponent(stage.channel('sets-and-lamps'))}/${page}`,
    }),
  ),
];

/** Everything that there is to see, with its empty, loading and failed states. */
export const scenes: readonly Scene[] = [...door, ...conversations, ...searches, ...settings];
