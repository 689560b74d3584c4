import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import { type LanternClub, seedLanternClub } from './test-kit/lantern-club.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('Every scene can be used by everybody', function () {
  this.timeout(120_000);

  let hall: Hall;
  let club: LanternClub;

  before(async () => {
    hall = await Hall.open();
    club = await seedLanternClub(hall);
  });
  after(() => hall.close());

  for (const theme of ['dark', 'light'] as const) {
    describe(`in the ${theme} theme`, () => {
      let guest: Visitor;
      let ada: Visitor;

      before(async () => {
        const looks = { colorScheme: theme, reducedMotion: 'reduce' } as const;
        guest = await hall.visit(looks);
        ada = await hall.visit(looks);
        await club.refreshPresence();
        await ada.enterAs(club.ada, channelPath(club.guild, club.setsId));
        await ada.seeImage(ada.timeline.getByRole('img', { name: 'harbour.jpg' }));
      });
      afterEach(() => hall.expectNoTrouble());
      after(async () => {
        await hall.dismiss(guest);
        await hall.dismiss(ada);
      });

      it('the log-in page', async () => {
        await guest.open('/login');
        await guest.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
        await expectAccessible(guest.page, 'log-in');
      });

      it('the registration page', async () => {
        await guest.open('/register');
        await guest.page.getByLabel('Username').fill('somebody');
        await guest.page.getByText('You will be @somebody').waitFor();
        await expectAccessible(guest.page, 'registration');
      });

      it('the page of an invite', async () => {
        await guest.open(`/invite/${club.inviteCode}`);
        await guest.page.getByRole('heading', { name: 'The Lantern Club' }).waitFor();
        await expectAccessible(guest.page, 'invite');
      });

      it('a page over plain HTTP, which says what browsers withhold there', async () => {
        const outsider = await hall.visit({ colorScheme: theme, overPlainHttp: true });
        await outsider.open('/login');
        await outsider.page.getByText('This connection is not encrypted.').waitFor();
        await expectAccessible(outsider.page, 'insecure origin');
        await outsider.enterAs(club.ada, channelPath(club.guild, club.setsId));
        await outsider.timeline.waitFor();
        await outsider.page.getByText('This connection is not encrypted.').waitFor();
        await hall.dismiss(outsider);
      });

      it('a guild in the middle of a conversation', async () => {
        await club.startTyping();
        await ada.page.getByText('Tobias Lindqvist is typing…').waitFor();
        await ada.message('Who painted the boat?').hover();
        await ada.page.getByRole('toolbar', { name: 'Message actions' }).waitFor();
        await expectAccessible(ada.page, 'guild');
      });

      it('the menu of a message', async () => {
        await ada.message('Who painted the boat?').click({ button: 'right' });
        await ada.page.getByRole('menuitem', { name: 'Reply' }).waitFor();
        await expectAccessible(ada.page, 'menu of a message');
        await ada.page.keyboard.press('Escape');
      });

      it('the choice of emoji', async () => {
        await ada.page.getByRole('button', { name: 'Emoji', exact: true }).click();
        await ada.page
          .getByRole('button', { name: /grinning face/ })
          .first()
          .waitFor();
        await expectAccessible(ada.page, 'emoji');
        await ada.page.keyboard.press('Escape');
      });

      it('the settings of a channel', async () => {
        await ada.page.getByRole('button', { name: 'Settings of sets-and-lamps' }).click();
        await ada.page.getByLabel('Topic').waitFor();
        await expectAccessible(ada.page, 'channel settings');
        await ada.page.getByRole('link', { name: 'Permissions' }).click();
        await ada.page.getByRole('group', { name: 'Who may come into the channel' }).waitFor();
        await expectAccessible(ada.page, 'permissions of a channel');
        await ada.page.keyboard.press('Escape');
        await ada.channelHeading('sets-and-lamps').waitFor();
      });

      it('the dialog that creates a guild', async () => {
        await ada.page.getByRole('button', { name: 'Create a guild' }).click();
        await ada.dialog.getByLabel('Name').fill('Tea and Ink');
        await expectAccessible(ada.page, 'create a guild');
        await ada.page.keyboard.press('Escape');
      });

      it('the dialog that invites people', async () => {
        await ada.chooseFromMenu('The Lantern Club, guild menu', 'Invite people');
        await ada.dialog.getByLabel('Invite link').waitFor();
        await expectAccessible(ada.page, 'invite people');
        await ada.page.keyboard.press('Escape');
      });

      it("somebody's profile", async () => {
        await ada.member(/^Juno Okafor/).click();
        await ada.dialog.getByText('Moderator').waitFor();
        await expectAccessible(ada.page, 'profile');
        await ada.page.keyboard.press('Escape');
      });

      it('the quick switcher', async () => {
        await ada.page.keyboard.press('Control+K');
        await ada.page.getByRole('combobox').fill('e');
        await ada.page.getByRole('option').first().waitFor();
        await expectAccessible(ada.page, 'quick switcher');
        await ada.page.keyboard.press('Escape');
      });

      it('the inbox', async () => {
        await ada.page.keyboard.press('Control+I');
        await ada.dialog.getByRole('tab', { name: 'Mentions' }).click();
        await ada.dialog.getByText('Ada Marten').first().waitFor();
        await expectAccessible(ada.page, 'inbox');
        await ada.page.keyboard.press('Escape');
      });

      it('the list of keys', async () => {
        await ada.page.keyboard.press('Control+/');
        await ada.dialog.getByText('Everywhere').waitFor();
        await expectAccessible(ada.page, 'keys');
        await ada.page.keyboard.press('Escape');
      });

      it('a channel in which nobody has said anything', async () => {
        await ada.channelLink('recipes').click();
        await ada.page.getByRole('heading', { name: 'Welcome to recipes' }).waitFor();
        await expectAccessible(ada.page, 'empty channel');
      });

      it('a guild with nobody in it yet', async () => {
        await ada.page.getByRole('link', { name: 'Sunday Walkers' }).click();
        await ada.page.getByRole('main').getByRole('button', { name: 'Invite people' }).waitFor();
        await expectAccessible(ada.page, 'empty guild');
      });

      it('the home of conversations', async () => {
        await ada.page.getByRole('link', { name: 'Home' }).click();
        await ada.page.getByRole('heading', { name: 'A quiet corner' }).waitFor();
        await expectAccessible(ada.page, 'home');
      });
    });
  }
});
