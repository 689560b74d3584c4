import { createInstance } from 'i18next';
import { en } from '../../locales/en.ts';
import { isLanguage, type Language, pickLocale } from './languages.ts';
import type { MessageKey, Messages, MessageValues } from './messages.ts';

const i18n = createInstance();
// Everything is there from the start, so nothing has to be awaited.
void i18n.init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  keySeparator: false,
  nsSeparator: false,
  initAsync: false,
  interpolation: { escapeValue: false },
});

/** Says something in the language of the reader. */
export function t<Key extends MessageKey>(key: Key, ...[values]: MessageValues<Key>): string {
  // Which values belong to a key is known by our types, which are simpler than those of i18next.
  const name: string = key;
  return i18n.t(name, { ...values });
}

/** The language that everything is said in now. */
export function readLanguage(): Language {
  return isLanguage(i18n.language) ? i18n.language : 'en';
}

/** The locale in which dates and numbers are written now. */
export function readLocale(): string {
  return pickLocale(readLanguage(), typeof navigator === 'undefined' ? [] : navigator.languages);
}

/** Says everything in another language from now on. */
export async function setLanguage(language: Language, messages: Messages): Promise<void> {
  i18n.addResourceBundle(language, 'translation', messages);
  await i18n.changeLanguage(language);
}
