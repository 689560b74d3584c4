// npm run screenshots -w client: the pictures in docs/images, of the built client with a club in it.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { packPng } from '../../homeserver/test-kit/images.ts';
import { channelPath } from './test-kit/guild.ts';
import { DESKTOP, Hall, PHONE } from './test-kit/hall.ts';
import { type LanternClub, seedLanternClub } from './test-kit/lantern-club.ts';
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
  readonly path: (club: LanternClub) => string;
  readonly arrive: (visitor: Visitor, club: LanternClub) => Promise<void>;
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
    path: ({ inviteCode }) => `/invite/${inviteCode}`,
    arrive: ({ page }) => page.getByRole('heading', { name: 'The Lantern Club' }).waitFor(),
  },
  {
    name: 'guild',
    isLoggedIn: true,
    path: ({ guild, setsId }) => channelPath(guild, setsId),
    async arrive(visitor, club) {
      await visitor.seeImage(visitor.timeline.getByRole('img', { name: 'harbour.jpg' }));
      await club.startTyping();
      await visitor.page.getByText('Tobias Lindqvist is typing…').waitFor();
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
    path: ({ guild, setsId }) => channelPath(guild, setsId),
    async arrive(visitor) {
      await visitor.seeImage(visitor.timeline.getByRole('img', { name: 'harbour.jpg' }));
      const drawerButton = visitor.page.getByRole('button', { name: 'Guilds and channels' });
      if (await drawerButton.isVisible()) await drawerButton.click();
      await visitor.page.getByRole('button', { name: 'Settings of sets-and-lamps' }).click();
      await visitor.dialog.getByRole('button', { name: 'Save changes' }).waitFor();
    },
  },
];

const hall = await Hall.open();
try {
  await mkdir(IMAGES, { recursive: true });
  const club = await seedLanternClub(hall);
  for (const scene of SCENES)
    for (const theme of ['dark', 'light'] as const)
      for (const device of ['desktop', 'phone'] as const) await take(club, scene, theme, device);
  hall.expectNoTrouble();
} finally {
  await hall.close();
}

async function take(club: LanternClub, scene: Scene, theme: Theme, device: Device): Promise<void> {
  const visitor = await hall.visit({
    colorScheme: theme,
    reducedMotion: 'reduce',
    viewport: device === 'desktop' ? DESKTOP : PHONE,
    ...(device === 'phone' && { isMobile: true, hasTouch: true }),
  });
  await visitor.page.clock.setFixedTime(club.now);
  // Nobody reads: what is new stays new for the next picture.
  await visitor.page.route('**/read_markers', (route) => route.fulfill({ json: {} }));
  await club.refreshPresence();
  if (scene.isLoggedIn) await visitor.enterAs(club.ada, scene.path(club));
  else await visitor.open(scene.path(club));
  await scene.arrive(visitor, club);
  await settle(visitor);
  const picture = await packPng(await visitor.page.screenshot());
  const name = `${scene.name}-${theme}-${device}`;
  for (const file of [name, ...(name === README_PICTURE ? ['guild-dark'] : [])]) {
    await writeFile(`${IMAGES}/${file}.png`, picture);
    console.log(`${file}.png ${Math.round(picture.length / 1000)} kB`);
  }
  await hall.dismiss(visitor);
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
