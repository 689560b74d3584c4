// npm run screenshots [-- PART OF A NAME]: the pictures in docs/screenshots, of the built client with the guild of the demo
// in it. Each picture is judged as well: nothing in the console, no serious or critical finding of axe.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expectAccessible } from './test-kit/accessibility.ts';
import { type DemoStage, openDemoStage } from './test-kit/demo-stage.ts';
import { DESKTOP, PHONE } from './test-kit/hall.ts';
import { type Scene, scenes, type Viewers } from './test-kit/screenshot-scenes.ts';
import type { Visitor } from './test-kit/visitor.ts';

const SCREENSHOTS = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
const QUALITY = 80;

type Device = 'desktop' | 'phone';

const wanted = process.argv[2] ?? '';
const failed: string[] = [];
const stage = await openDemoStage();
try {
  await mkdir(SCREENSHOTS, { recursive: true });
  const viewers: Viewers = {
    ada: stage.demo.people.ada,
    newcomer: await stage.hall.server.register('newcomer'),
  };
  for (const scene of scenes.filter(({ name }) => name.includes(wanted)))
    for (const device of ['desktop', 'phone'] as const)
      await take(stage, viewers, scene, device).catch((error: unknown) => {
        failed.push(`${scene.name}, ${device}: ${error instanceof Error ? error.message : error}`);
      });
} finally {
  await stage.close();
}
for (const failure of failed) console.error(failure);
process.exitCode = failed.length === 0 ? 0 : 1;

async function take(
  { hall, ...stage }: DemoStage,
  viewers: Viewers,
  scene: Scene,
  device: Device,
): Promise<void> {
  const visitor = await hall.visit({
    colorScheme: 'dark',
    reducedMotion: 'reduce',
    viewport: device === 'desktop' ? DESKTOP : PHONE,
    ...(device === 'phone' && { isMobile: true, hasTouch: true }),
  });
  try {
    await prepare(visitor, scene);
    await stage.refreshPresence();
    const path = scene.path({ hall, ...stage });
    if (scene.as === 'guest') await visitor.open(path);
    else await visitor.enterAs(viewers[scene.as], path);
    await scene.arrive(visitor, { hall, ...stage });
    for (const theme of ['dark', 'light'] as const) {
      await visitor.page.emulateMedia({ colorScheme: theme });
      await settle(visitor);
      const name = `${scene.name}-${theme}-${device}.jpg`;
      const picture = await visitor.page.screenshot({ type: 'jpeg', quality: QUALITY });
      await writeFile(`${SCREENSHOTS}/${name}`, picture);
      console.log(`${name} ${Math.round(picture.length / 1000)} kB`);
      await expectAccessible(visitor.page, name);
    }
    hall.expectNoTrouble();
  } finally {
    visitor.takeTroubles();
    await hall.dismiss(visitor);
  }
}

/** Stops the clock, leaves unread what is unread, and lets fail or hang what a scene wants to. */
async function prepare(visitor: Visitor, { failing, hanging }: Scene): Promise<void> {
  const { page } = visitor;
  await page.clock.setFixedTime(stage.now);
  await page.route('**/read_markers', (route) => route.fulfill({ json: {} }));
  if (hanging !== undefined) await page.route(hanging, () => undefined);
  if (failing === undefined) return;
  visitor.expectRefusals();
  await page.route(failing, (route) =>
    route.fulfill({ status: 500, json: { errcode: 'M_UNKNOWN', error: 'For the picture' } }),
  );
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
    await page.waitForTimeout(400);
  }
}
