import { Languages } from 'lucide-react';
import { chooseLanguage, useLanguage } from '../../lib/i18n/language-store.ts';
import { isLanguage, languages } from '../../lib/i18n/languages.ts';
import { t } from '../../lib/i18n/translate.ts';
import styles from './LanguageChoice.module.css';

/** The language at the door, before anybody has settings. Without the server the one on the screen stays. */
export function LanguageChoice() {
  const language = useLanguage((state) => state.language);
  const handleChange = (chosen: string): void => {
    if (isLanguage(chosen)) chooseLanguage(chosen).catch(() => undefined);
  };
  return (
    <label className={styles.choice}>
      <Languages size={16} strokeWidth={1.75} aria-hidden />
      <select
        className={styles.select}
        aria-label={t('account.language')}
        value={language}
        onChange={(event) => handleChange(event.target.value)}
      >
        {Object.entries(languages).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
