import { create } from 'zustand';
import { en } from '../../locales/en.ts';
import { isLanguage, type Language, pickLanguage } from './languages.ts';
import type { Messages } from './messages.ts';
import { setLanguage } from './translate.ts';

const storageKey = 'guildhall.language';

/** English comes with the client, the others when somebody wants them. */
const loaders: Readonly<Record<Language, () => Promise<Messages>>> = {
  en: () => Promise.resolve(en),
  ru: () => import('../../locales/ru.ts').then(({ ru }) => ru),
};

/** The language on the screen. What is drawn already was said in it: views are drawn anew when it changes. */
export const useLanguage = create<{ readonly language: Language }>(() => ({ language: 'en' }));

/** Speaks the language that was chosen in this browser, or that it prefers. Never fails: English is there. */
export async function startLanguage(): Promise<void> {
  const chosen = localStorage.getItem(storageKey);
  const language = isLanguage(chosen) ? chosen : pickLanguage(navigator.languages);
  await apply(language).catch(() => apply('en'));
}

/** Changes the language, and remembers it; rejects when it could not be loaded. */
export async function chooseLanguage(language: Language): Promise<void> {
  await apply(language);
  localStorage.setItem(storageKey, language);
}

async function apply(language: Language): Promise<void> {
  await setLanguage(language, await loaders[language]());
  document.documentElement.lang = language;
  useLanguage.setState({ language });
}
