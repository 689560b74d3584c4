// npm run screenshots -w client: the pictures in docs/images, of the built client with the guild of the demo in it.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { packPng } from '../../homeserver/test-kit/images.ts';
import { type DemoStage, openDemoStage } from './test-kit/demo-stage.ts';
import { channelPath } from './test-kit/guild.ts';
import { DESKTOP, PHONE } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

const IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url));

/** The one that README.md shows, under a name of its own. */
const README_PICTURE = 'guild-dark-desktop';

type Theme = 'dark' | 'light';
type Device = 'desktop' | 'phone';

/** How to come to what a picture shows, and how to know that all of it is there. */
interface Scene {
  readonly name: string;
  readonly isLoggedIn: boolean;
  readonly path: (stage: DemoStage) => string;
  readonly arrive: (visitor: Visitor, stage: DemoStage) => Promise<void>;
}

const SCENES: readonly Scene[] = [
  {
    name: 'log-in',
    isLoggedIn: false,
    path: () => '/login',
    arrive: ({ page }) => page.getByRole('heading', { name: 'Welcome back' }).waitFor(),
  },
  {
    name: 'invite',
    isLoggedIn: false,
    path: ({ demo }) => `/invite/${demo.inviteCode}`,
    arrive: ({ page }) => page.getByRole('heading', { name: 'The Lantern Club' }).waitFor(),
  },
  {
    name: 'guild',
    isLoggedIn: true,
    path: (stage) => channelPath(stage.guild, stage.channel('sets-and-lamps')),
    async arrive(visitor, stage) {
      await visitor.seeImage(harbourOf(visitor));
      await stage.startTyping();
      await visitor.page.getByText('Tobias Lindqvist is typing…').waitFor();
    },
  },
  {
    name: 'thread',
    isLoggedIn: true,
    path: (stage) => channelPath(stage.guild, stage.channel('sets-and-lamps')),
    async arrive(visitor) {
      await visitor.seeImage(harbourOf(visitor));
      await visitor.timeline.getByRole('button', { name: /3 replies/ }).click();
      await visitor.page.getByText('Please leave it as it is').waitFor();
    },
  },
  {
    name: 'poll',
    isLoggedIn: true,
    path: (stage) => channelPath(stage.guild, stage.channel('evening-plans')),
    arrive: ({ timeline }) => timeline.getByText('9 people voted').waitFor(),
  },
  {
    name: 'code',
    isLoggedIn: true,
    path: (stage) => channelPath(stage.guild, stage.channel('rules-and-maps')),
    arrive: ({ timeline }) => timeline.getByText('function', { exact: true }).waitFor(),
  },
  {
    name: 'emoji',
    isLoggedIn: true,
    path: (stage) => channelPath(stage.guild, stage.channel('sets-and-lamps')),
    async arrive(visitor) {
      await visitor.seeImage(harbourOf(visitor));
      await visitor.page.getByRole('button', { name: 'Emoji', exact: true }).click();
      await visitor.dialog.getByRole('button', { name: ':lantern:' }).getByRole('presentation').waitFor();
    },
  },
  {
    name: 'empty-guild',
    isLoggedIn: true,
    path: ({ emptyGuild }) => channelPath(emptyGuild),
    arrive: ({ page }) => page.getByRole('heading', { name: 'Welcome to general' }).waitFor(),
  },
  {
    name: 'channel-settings',
    isLoggedIn: true,
    path: (stage) => channelPath(stage.guild, stage.channel('sets-and-lamps')),
    async arrive(visitor) {
      await visitor.seeImage(harbourOf(visitor));
      const drawerButton = visitor.page.getByRole('button', { name: 'Guilds and channels' });
      if (await drawerButton.isVisible()) await drawerButton.click();
      await visitor.page.getByRole('button', { name: 'Settings of sets-and-lamps' }).click();
      const overview = visitor.page.getByRole('link', { name: 'Overview' });
      await overview.waitFor();
      if ((await overview.getAttribute('aria-current')) === null) await overview.click();
      await visitor.page.getByRole('button', { name: 'Save changes' }).waitFor();
    },
  },
  {
    name: 'appearance',
    isLoggedIn: true,
    path: () => '/settings/appearance',
    arrive: ({ page }) => page.getByRole('heading', { name: 'Appearance' }).first().waitFor(),
  },
];

const wanted = process.argv[2] ?? '';
const stage = await openDemoStage();
try {
  await mkdir(IMAGES, { recursive: true });
  for (const scene of SCENES.filter(({ name }) => name.includes(wanted)))
    for (const theme of ['dark', 'light'] as const)
      for (const device of ['desktop', 'phone'] as const) await take(scene, theme, device);
  stage.hall.expectNoTrouble();
} finally {
  await stage.close();
}

function harbourOf(visitor: Visitor) {
  return visitor.timeline.getByRole('img', { name: 'harbour-at-night.png' });
}

async function take(scene: Scene, theme: Theme, device: Device): Promise<void> {
  const visitor = await stage.hall.visit({
    colorScheme: theme,
    reducedMotion: 'reduce',
    viewport: device === 'desktop' ? DESKTOP : PHONE,
    ...(device === 'phone' && { isMobile: true, hasTouch: true }),
  });
  await visitor.page.clock.setFixedTime(stage.now);
  // Nobody reads: what is new stays new for the next picture.
  await visitor.page.route('**/read_markers', (route) => route.fulfill({ json: {} }));
  await stage.refreshPresence();
  if (scene.isLoggedIn) await visitor.enterAs(stage.demo.people.ada, scene.path(stage));
  else await visitor.open(scene.path(stage));
  await scene.arrive(visitor, stage);
  await settle(visitor);
  const picture = await packPng(await visitor.page.screenshot());
  const name = `${scene.name}-${theme}-${device}`;
  for (const file of [name, ...(name === README_PICTURE ? ['guild-dark'] : [])]) {
    await writeFile(`${IMAGES}/${file}.png`, picture);
    console.log(`${file}.png ${Math.round(picture.length / 1000)} kB`);
  }
  await stage.hall.dismiss(visitor);
}

/** Waits until the letters have their font and no more portraits arrive. */
async function settle({ page }: Visitor): Promise<void> {
  const countPictures = (): Promise<number> =>
    page.evaluate(async () => {
      await document.fonts.ready;
      return [...document.images].filter((image) => image.complete && image.naturalWidth > 0).length;
    });
  let before = -1;
  for (let count = await countPictures(); count !== before; count = await countPictures()) {
    before = count;
    await page.waitForTimeout(500);
  }
}
