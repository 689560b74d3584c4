import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { en } from './en.ts';
import { ru } from './ru.ts';
import { readSourceStrings } from './source-strings.ts';

const locales: Readonly<Record<string, Readonly<Record<string, string>>>> = { en, ru };
const pluralEnding = /_(zero|one|two|few|many|other)$/;
const sourceFolder = fileURLToPath(new URL('..', import.meta.url));

function readPlaceholders(text: string): readonly string[] {
  return [...text.matchAll(/\{\{(\w+)(?:, \w+)?\}\}/g)].map(([, name = '']) => name).sort();
}

/** Messages without the endings of their plural forms. */
function listMessages(locale: Readonly<Record<string, string>>): readonly string[] {
  return [...new Set(Object.keys(locale).map((key) => key.replace(pluralEnding, '')))].sort();
}

describe('locales', () => {
  for (const [language, locale] of Object.entries(locales)) {
    describe(language, () => {
      it('says everything that English says, and nothing else', () => {
        expect(listMessages(locale)).to.deep.equal(listMessages(en));
        expect(Object.entries(locale).filter(([, text]) => text.trim() === '')).to.deep.equal([]);
      });

      it('has every plural form that the language has', () => {
        const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
        const counted = listMessages(en).filter((message) => `${message}_other` in en);
        for (const message of counted) {
          const forms = Object.keys(locale).filter((key) => key.replace(pluralEnding, '') === message);
          expect(forms.sort(), message).to.deep.equal(
            pluralCategories.map((form) => `${message}_${form}`).sort(),
          );
        }
      });

      it('fills in the same values as English', () => {
        for (const [key, text] of Object.entries(locale)) {
          const message = key.replace(pluralEnding, '');
          const english: Readonly<Record<string, string>> = en;
          const original = english[key] ?? english[`${message}_other`] ?? '';
          // One of something may be named without its number.
          const withoutCount = (names: readonly string[]): readonly string[] =>
            names.filter((name) => name !== 'count');
          expect(withoutCount(readPlaceholders(text)), key).to.deep.equal(
            withoutCount(readPlaceholders(original)),
          );
        }
      });
    });
  }

  it('is written in Cyrillic where it is Russian', () => {
    // What the two languages share: names, forms and placeholders.
    const shared = new Set([
      'account.english',
      'appearance.percent',
      'server.example',
      'members.group',
      'message.reactedWith',
      'notifications.lineLabel',
      'search.neighbour',
      'thread.latest',
    ]);
    const latin = Object.entries(ru).filter(
      ([key, text]) => !/\p{Script=Cyrillic}/u.test(text) && !shared.has(key),
    );
    expect(latin).to.deep.equal([]);
  });
});

describe('views', () => {
  const files = globSync('**/*.{ts,tsx}', { cwd: sourceFolder, exclude: ['**/*.test.*', 'locales/**'] });
  const found = files.map((file) => {
    return { file, ...readSourceStrings(file, readFileSync(`${sourceFolder}/${file}`, 'utf8')) };
  });

  it('say nothing that is not in the messages', () => {
    const raw = found.flatMap(({ file, raw: words }) => words.map((text) => `${file}: ${text}`));
    expect(raw).to.deep.equal([]);
  });

  it('use every message', () => {
    const literals = new Set(found.flatMap((file) => file.literals));
    const beginnings = found.flatMap((file) => file.beginnings).filter((text) => /^\w+\.$/.test(text));
    const unused = listMessages(en).filter((message) => {
      return !literals.has(message) && !beginnings.some((beginning) => message.startsWith(beginning));
    });
    expect(unused).to.deep.equal([]);
  });
});

describe('readSourceStrings', () => {
  const read = (source: string): readonly string[] => readSourceStrings('view.tsx', source).raw;

  it('finds words in elements, in attributes for people and in messages', () => {
    expect(read('<p>Hello there</p>')).to.deep.equal(['Hello there']);
    expect(read('<p title="Say it" />')).to.deep.equal(['Say it']);
    expect(read("<p aria-label={isNew ? 'New' : t('x')} />")).to.deep.equal(['New']);
    expect(read('<p label={`Open it`} />')).to.deep.equal(['Open it']);
    expect(read("showToast('Saved')")).to.deep.equal(['Saved']);
  });

  it('leaves alone what is not for people, and the name of the product', () => {
    expect(read('<p className="line" data-kind="plain">·</p>')).to.deep.equal([]);
    expect(read("showToast(t('common.saved'), 'danger')")).to.deep.equal([]);
    expect(read('<span>Guildhall</span>')).to.deep.equal([]);
  });
});
