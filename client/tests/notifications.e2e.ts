import { expect } from 'chai';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';
import { expectAccessible } from './test-kit/accessibility.ts';
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

describe('Notifications', function () {
  this.timeout(60_000);

  let hall: Hall;
  let adaUser: TestUser;
  let bobUser: TestUser;
  let guild: SeededGuild;
  let categoryId: string;
  let quietId: string;
  let ada: Visitor;

  before(async () => {
    hall = await Hall.open();
  });
  beforeEach(async function () {
    const name = `user${this.currentTest?.parent?.tests.indexOf(this.currentTest) ?? 0}`;
    adaUser = await hall.server.register(`ada-${name}`);
    bobUser = await hall.server.register(`bob-${name}`);
    guild = await createGuild(adaUser, { name: 'The Archive' });
    categoryId = await createChannel(adaUser, guild, { name: 'Cellar', kind: 'category' });
    quietId = await createChannel(adaUser, guild, { name: 'whispers', category: categoryId });
    await redeemInvite(bobUser, await createInvite(adaUser, guild));
    ada = await hall.visit();
    await ada.page.context().grantPermissions(['notifications']);
    // The system's notifications cannot be seen from here: their words are kept.
    await ada.page.addInitScript(() => {
      const shown: string[] = [];
      Object.assign(window, { shownAlerts: shown });
      window.Notification = class extends EventTarget {
        static permission = 'granted';
        static requestPermission = (): Promise<string> => Promise.resolve('granted');
        constructor(title: string, options: { readonly body: string }) {
          super();
          shown.push(`${title}: ${options.body}`);
        }
      } as unknown as typeof Notification;
    });
  });
  afterEach(() => hall.dismiss(ada));
  after(() => hall.close());

  const enter = async (): Promise<void> => {
    await ada.enterAs(adaUser, channelPath(guild));
    await ada.channelHeading('general').waitFor();
  };
  const openPage = async (): Promise<void> => {
    await ada.page.getByRole('button', { name: 'Settings', exact: true }).click();
    await ada.page.getByRole('link', { name: 'Notifications' }).click();
    await ada.page.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor();
  };
  const leaveSettings = async (): Promise<void> => {
    await ada.page.getByRole('button', { name: 'Close the settings' }).click();
    await ada.channelHeading('general').waitFor();
  };
  const readShown = (): Promise<readonly string[]> =>
    ada.page.evaluate(() => (window as unknown as { shownAlerts: string[] }).shownAlerts);
  const readRules = async (): Promise<string> => {
    const { global } = await adaUser.ok('GET', '/_matrix/client/v3/pushrules/');
    const own = (kind: 'override' | 'room', roomId: string): string => {
      const rule = global[kind].find((candidate: { rule_id: string }) => candidate.rule_id === roomId);
      return rule ? `${kind}:${rule.actions.join()}` : '';
    };
    return [guild.generalId, quietId].map((id) => own('override', id) + own('room', id)).join(' | ');
  };

  it('come from the system for what is said where one does not look', async () => {
    await enter();
    await openPage();
    await ada.page.getByRole('switch', { name: 'While Guildhall is open' }).click();
    await leaveSettings();
    await bobUser.say(guild.generalId, 'Seen anyway');
    await ada.message('Seen anyway').waitFor();
    await bobUser.say(quietId, 'Down here');
    await eventually(async () => (await readShown()).length > 0);
    expect(await readShown()).to.deep.equal([
      `${bobUser.userId.slice(1).split(':')[0]} · whispers: Down here`,
    ]);
  });

  it('can be set for a guild, a category and a channel, the nearest counts', async () => {
    await enter();
    await openPage();
    await expectAccessible(ada.page, 'notifications');
    await ada.page.getByText('Categories and channels').click();
    const set = async (name: string, level: string): Promise<void> => {
      await ada.page.getByRole('button', { name: `${name}: The usual` }).click();
      await ada.dialog.getByRole('radio', { name: level }).check();
      await expectAccessible(ada.page, 'notifications of a place');
      await ada.dialog.getByRole('button', { name: 'Close' }).click();
      await ada.page.getByRole('button', { name: `${name}: ${level}` }).waitFor();
    };
    await set('The Archive', 'Mentions only');
    await eventually(async () => (await readRules()) === 'room: | room:');
    await set('Cellar', 'Nothing');
    await eventually(async () => (await readRules()) === 'room: | override:');
    await set('whispers', 'Every message');
    await eventually(async () => (await readRules()) === 'room: | room:notify');
  });

  it('end for a while, and begin again when it is over', async () => {
    await enter();
    await ada.channelLink('whispers').click({ button: 'right' });
    await ada.page.getByRole('menuitem', { name: 'Notifications' }).click();
    await ada.dialog.getByRole('button', { name: '1 hour' }).click();
    await ada.dialog.getByText(/^Quiet until: Today at|^Quiet until: /).waitFor();
    await eventually(async () => (await readRules()) === ' | override:');
    await ada.dialog.getByRole('button', { name: 'Close' }).click();
    await bobUser.say(quietId, 'Does anybody hear me?');
    await bobUser.say(guild.generalId, 'Here I am heard');
    await ada.message('Here I am heard').waitFor();
    // Nothing is new in a channel that is quiet.
    await ada.channelLink('whispers').waitFor();
    await ada.chooseFromMenu('The Archive, guild menu', 'Notifications');
    await ada.dialog.getByRole('button', { name: '8 hours' }).click();
    await eventually(async () => (await readRules()) === 'override: | override:');
    await ada.dialog.getByRole('button', { name: 'End the quiet' }).click();
    await eventually(async () => (await readRules()) === ' | override:');
    await ada.dialog.getByRole('button', { name: 'Close' }).click();
    // An hour later.
    await ada.page.clock.install({ time: Date.now() + 3_700_000 });
    await ada.page.reload();
    await eventually(async () => (await readRules()) === ' | ');
    await ada.page.getByRole('link', { name: 'whispers, unread' }).waitFor();
  });

  it('come from the browser while the client is closed, once it is subscribed', async () => {
    await ada.page.addInitScript(() => {
      const keys = { p256dh: 'BPublicKey', auth: 'secret' };
      const subscription = {
        toJSON: () => ({ endpoint: 'https://push.test/one', keys }),
        unsubscribe: () => Promise.resolve(true),
      };
      let current: object | null = null;
      const pushManager = {
        getSubscription: () => Promise.resolve(current),
        subscribe({ applicationServerKey }: { readonly applicationServerKey: string }) {
          if (applicationServerKey.length < 40) throw new Error('this is no key');
          current = subscription;
          return Promise.resolve(subscription);
        },
      };
      const registration = Object.assign(new EventTarget(), { pushManager, update: () => Promise.resolve() });
      Object.defineProperty(navigator, 'serviceWorker', {
        value: {
          controller: null,
          ready: Promise.resolve(registration),
          register: () => Promise.resolve(registration),
          getRegistration: () => Promise.resolve(registration),
        },
      });
    });
    await enter();
    await openPage();
    const push = ada.page.getByRole('switch', { name: 'While Guildhall is closed' });
    const listPushers = async (): Promise<readonly unknown[]> =>
      (await adaUser.ok('GET', '/_matrix/client/v3/pushers')).pushers;
    await push.click();
    await eventually(async () => (await listPushers()).length === 1);
    const [pusher] = (await listPushers()) as readonly { readonly kind: string; readonly data: object }[];
    expect(pusher?.kind).to.equal('webpush');
    expect(pusher?.data).to.deep.equal({ url: 'https://push.test/one', auth: 'secret' });
    await eventually(() => push.isChecked());
    await push.click();
    await eventually(async () => (await listPushers()).length === 0);
  });
});
