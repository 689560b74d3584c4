import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { channelPath } from './test-kit/guild.ts';
import { Hall, PHONE } from './test-kit/hall.ts';
import { type LanternClub, seedLanternClub } from './test-kit/lantern-club.ts';
import type { Visitor } from './test-kit/visitor.ts';

/** How large what a finger aims at has to be, in pixels. */
const TARGET = 44;

describe('On a narrow phone', function () {
  this.timeout(120_000);

  let hall: Hall;
  let club: LanternClub;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
    club = await seedLanternClub(hall);
  });
  beforeEach(async () => {
    visitor = await hall.visit({ viewport: PHONE, isMobile: true, hasTouch: true, reducedMotion: 'reduce' });
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const enter = async (): Promise<void> => {
    await visitor.enterAs(club.ada, channelPath(club.guild, club.setsId));
    await visitor.channelHeading('sets-and-lamps').waitFor();
    await visitor.seeImage(visitor.timeline.getByRole('img', { name: 'harbour.jpg' }));
  };

  it('the pages at the door need no sideways scroll', async () => {
    for (const path of ['/login', '/register', `/invite/${club.inviteCode}`]) {
      await visitor.open(path);
      await visitor.page.getByRole('heading', { level: 1 }).waitFor();
      await visitor.expectNoSidewaysScroll();
    }
  });

  it('a conversation needs no sideways scroll, with long names and long words either', async () => {
    await club.ada.say(
      club.setsId,
      `${'Donaudampfschifffahrt'.repeat(12)} https://example.org/${'a'.repeat(200)}`,
    );
    await enter();
    await visitor.message('Donaudampfschifffahrt').waitFor();
    await visitor.expectNoSidewaysScroll();
    expect(await overflowOf(visitor.timeline), 'of the timeline').to.equal(0);
  });

  it('guilds and channels are in a drawer, which opens and leads to a channel', async () => {
    await enter();
    const link = visitor.channelLink('costumes');
    expect((await link.isVisible()) && (await isOnScreen(link))).to.equal(false);
    await visitor.page.getByRole('button', { name: 'Guilds and channels' }).tap();
    await link.tap();
    await visitor.channelHeading('costumes').waitFor();
    await waitUntilGone(link);
    await visitor.expectNoSidewaysScroll();
  });

  it('members are in another drawer, which closes by the scrim and by Escape', async () => {
    await enter();
    const member = visitor.member(/^Sam/);
    for (const close of ['scrim', 'escape'] as const) {
      await visitor.page.getByRole('button', { name: 'Show members' }).tap();
      await member.waitFor();
      await visitor.expectNoSidewaysScroll();
      if (close === 'scrim')
        await visitor.page.getByRole('button', { name: 'Close' }).tap({ position: { x: 10, y: 300 } });
      else await visitor.page.keyboard.press('Escape');
      await waitUntilGone(member);
    }
  });

  it('a channel can be set up from the drawer, on pages that fit', async () => {
    await enter();
    await visitor.page.getByRole('button', { name: 'Guilds and channels' }).tap();
    await visitor.page.getByRole('button', { name: 'Settings of sets-and-lamps' }).tap();
    for (const page of ['Overview', 'Permissions', 'Notifications']) {
      await visitor.page.getByRole('link', { name: page }).tap();
      await visitor.page.getByRole('heading', { level: 1, name: page }).waitFor();
      await visitor.expectNoSidewaysScroll();
      await visitor.page.getByRole('button', { name: 'Back to all settings' }).tap();
    }
    await visitor.page.getByRole('button', { name: 'Close the settings' }).tap();
    await visitor.channelHeading('sets-and-lamps').waitFor();
  });

  it('what is aimed at with a finger is large enough', async () => {
    await enter();
    await expectTargets(visitor.page.locator('main section > header button:visible'));
    await expectTargets(visitor.page.getByRole('button', { name: /^(Add something|Emoji|Send)$/ }));
    await visitor.page.getByRole('button', { name: 'Guilds and channels' }).tap();
    await expectTargets(visitor.page.getByRole('navigation').getByRole('link'));
  });
});

/** Fails if any of these is lower or narrower than a finger needs. */
async function expectTargets(targets: Locator): Promise<void> {
  const all = await targets.all();
  expect(all, 'targets').not.to.be.empty;
  for (const target of all) {
    const box = await target.boundingBox();
    const name = (await target.getAttribute('aria-label')) ?? (await target.textContent());
    expect(Math.min(box?.height ?? 0, box?.width ?? 0), `size of ${name}`).to.be.at.least(TARGET);
  }
}

/** By how many pixels something can be scrolled sideways. */
function overflowOf(element: Locator): Promise<number> {
  return element.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
}

/** Whether any part of an element lies in the window: drawers are moved out of it. */
async function isOnScreen(element: Locator): Promise<boolean> {
  const box = await element.boundingBox();
  return box !== null && box.x + box.width > 0 && box.x < PHONE.width;
}

async function waitUntilGone(element: Locator): Promise<void> {
  await eventually(async () => !(await element.isVisible()) || !(await isOnScreen(element)));
}
