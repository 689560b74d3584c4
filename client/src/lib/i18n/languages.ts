/** The languages of the client, by what they call themselves. */
export const languages = { en: 'English', ru: 'Русский' } as const;

export type Language = keyof typeof languages;

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(languages, value);
}

/** The first language that somebody prefers and that we have; English if there is none. */
export function pickLanguage(preferred: readonly string[]): Language {
  const known = preferred.map((tag) => tag.split('-')[0]?.toLowerCase()).find(isLanguage);
  return known ?? 'en';
}

/** The locale for dates and numbers: the reader's own variety of the language, or the language itself. */
export function pickLocale(language: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => tag.split('-')[0]?.toLowerCase() === language) ?? language;
}
