import { expect } from 'chai';
import { en } from '../../locales/en.ts';
import { ru } from '../../locales/ru.ts';
import { pickLanguage, pickLocale } from './languages.ts';
import { setLanguage, t } from './translate.ts';

describe('t', () => {
  afterEach(() => setLanguage('en', en));

  it('fills in values as they are, markup included', () => {
    expect(t('timeline.welcome', { name: '<b> & co.' })).to.equal('Welcome to <b> & co.');
  });

  it('chooses the plural form of the language', async () => {
    const count = (amount: number): string => t('message.reactionCount', { emoji: '🔥', count: amount });
    expect([1, 2].map(count)).to.deep.equal(['🔥, 1 reaction', '🔥, 2 reactions']);
    await setLanguage('ru', ru);
    expect([1, 2, 5, 21].map(count)).to.deep.equal([
      '🔥, 1 реакция',
      '🔥, 2 реакции',
      '🔥, 5 реакций',
      '🔥, 21 реакция',
    ]);
  });

  it('groups the digits of large numbers', () => {
    expect(t('invitePage.members', { count: 12_345 })).to.equal('12,345 members');
  });
});

describe('languages', () => {
  it('picks the first language that is known, and English without one', () => {
    expect(pickLanguage(['de-DE', 'ru-RU', 'en'])).to.equal('ru');
    expect(pickLanguage(['de'])).to.equal('en');
    expect(pickLanguage([])).to.equal('en');
  });

  it('keeps to the variety of the language that the reader uses', () => {
    expect(pickLocale('en', ['ru-RU', 'en-GB', 'en-US'])).to.equal('en-GB');
    expect(pickLocale('ru', ['en-GB'])).to.equal('ru');
  });
});
