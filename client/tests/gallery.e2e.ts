import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'vite';
import { buildPlace } from '../gallery/place.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
import { Hall, PHONE } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

/** `npm run soak -- journeys` looks at every story in every form; `npm test` only whether each can be told. */
const isThorough = process.env.GUILDHALL_TEST_GALLERY === 'all';

const looks = (['dark', 'light'] as const).flatMap((theme) =>
  [false, true].map((isOther) => ({ theme, hasHighContrast: isOther, isCompact: isOther })),
);

describe('The gallery', function () {
  this.timeout(600_000);

  let folder: string;
  let hall: Hall;
  let visitor: Visitor;
  let storyIds: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guildhall-gallery-'));
    const configFile = fileURLToPath(new URL('../gallery/vite.config.ts', import.meta.url));
    await build({ configFile, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
    hall = await Hall.open({}, folder);
    visitor = await hall.visit({ reducedMotion: 'reduce' });
    // Any story will do; the list of them shows one in a frame, which the server's pages may not.
    await visitor.open('/#ui');
    storyIds = await visitor.page
      .waitForFunction(() => (window as { galleryStories?: readonly string[] }).galleryStories)
      .then((handle) => handle.jsonValue() as Promise<readonly string[]>);
  });
  after(async () => {
    await hall.close();
    await rm(folder, { recursive: true });
  });

  async function tell(storyId: string, look = looks[0]): Promise<void> {
    const place = { storyId, theme: 'dark', hasHighContrast: false, isCompact: false, ...look } as const;
    await visitor.page.evaluate((hash) => window.location.assign(hash), buildPlace(place));
    await visitor.page.locator(`[data-story="${storyId}"]`).waitFor({ state: 'attached' });
    // Some load a part of themselves when they are first shown; dialogs stand beside the story.
    await visitor.page.waitForFunction(() =>
      [...document.body.querySelectorAll('[data-story] *, [role=dialog]')].some((element) => {
        const { width, height } = element.getBoundingClientRect();
        return width > 8 && height > 8;
      }),
    );
    hall.expectNoTrouble();
  }

  /** Does the same with every story, and says of all which of them fail. */
  async function withEach(work: (storyId: string) => Promise<void>): Promise<void> {
    const failed: string[] = [];
    for (const storyId of storyIds) {
      try {
        await work(storyId);
      } catch (error) {
        failed.push(`${storyId}: ${error instanceof Error ? error.message : error}`);
      }
    }
    expect(failed).to.deep.equal([]);
  }

  it('tells every story', async () => {
    expect(storyIds.length).to.be.above(100);
    await withEach((storyId) => tell(storyId));
  });

  if (!isThorough) return;
  for (const look of looks)
    it(`can be used by everybody: ${JSON.stringify(look)}`, () =>
      withEach(async (storyId) => {
        await tell(storyId, look);
        await expectAccessible(visitor.page, storyId);
      }));

  it('fits a narrow phone', async () => {
    await visitor.page.setViewportSize(PHONE);
    await withEach(async (storyId) => {
      await tell(storyId);
      await visitor.expectNoSidewaysScroll();
    });
  });
});
