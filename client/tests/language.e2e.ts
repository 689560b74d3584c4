import { expect } from 'chai';
import { expectAccessible } from './test-kit/accessibility.ts';
import { channelPath, createGuild, type SeededGuild } from './test-kit/guild.ts';
import { Hall } from './test-kit/hall.ts';
import type { Visitor } from './test-kit/visitor.ts';

describe('The client speaks the language of whoever uses it', function () {
  this.timeout(120_000);

  let hall: Hall;
  let guild: SeededGuild;
  let visitor: Visitor;

  before(async () => {
    hall = await Hall.open();
  });
  afterEach(() => hall.dismiss(visitor));
  after(() => hall.close());

  const languageOfPage = (): Promise<string> => visitor.page.evaluate(() => document.documentElement.lang);

  it('begins in the language of the browser, and changes at the door', async () => {
    visitor = await hall.visit({ locale: 'ru-RU' });
    await visitor.open('/login');
    await visitor.page.getByRole('heading', { name: 'С возвращением' }).waitFor();
    expect(await languageOfPage()).to.equal('ru');
    await expectAccessible(visitor.page, 'log-in in Russian');
    await visitor.page.getByLabel('Имя пользователя').fill('ада');
    await visitor.page.getByRole('combobox', { name: 'Язык' }).selectOption('English');
    await visitor.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    // Nothing that was typed is lost.
    expect(await visitor.page.getByLabel('Username').inputValue()).to.equal('ада');
    await visitor.page.reload();
    await visitor.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  });

  it('changes from the account menu, the words of what happened in a channel included', async () => {
    const ada = await hall.server.register('ada');
    guild = await createGuild(ada, { name: 'The Archive' });
    await ada.say(guild.generalId, 'Good evening');
    await ada.setState(guild.generalId, 'm.room.topic', { topic: 'tea' });
    visitor = await hall.visit();
    await visitor.enterAs(ada, channelPath(guild));
    await visitor.timeline.getByText('ada set the topic: tea').waitFor();
    await visitor.chooseFromMenu('Account menu', 'Русский');
    await visitor.timeline.getByText('ada: новая тема: tea').waitFor();
    await visitor.page.getByRole('textbox', { name: 'Написать: general' }).waitFor();
    await visitor.message('Good evening').getByText('Сегодня в').waitFor();
    expect(await languageOfPage()).to.equal('ru');
    await expectAccessible(visitor.page, 'a guild in Russian');
    await visitor.expectNoSidewaysScroll();
    await visitor.page.getByRole('button', { name: 'Эмодзи', exact: true }).click();
    await visitor.page.getByRole('searchbox', { name: 'Найти эмодзи' }).fill('фонар');
    await visitor.page.getByRole('button', { name: /фонар/ }).first().waitFor();
    await visitor.page.keyboard.press('Escape');
    await visitor.page.reload();
    await visitor.page.getByRole('textbox', { name: 'Написать: general' }).waitFor();
    await visitor.chooseFromMenu('Меню аккаунта', 'English');
    await visitor.page.getByRole('textbox', { name: 'Message general' }).waitFor();
  });
});
