import { chooseLanguage, useLanguage } from '../../lib/i18n/language-store.ts';
import { isLanguage, languages } from '../../lib/i18n/languages.ts';
import { t } from '../../lib/i18n/translate.ts';
import { ChoiceGroup } from '../../ui/ChoiceGroup.tsx';
import { showToast } from '../../ui/toast-store.ts';

/** What the client says, in which language. */
export function LanguagePage() {
  const language = useLanguage((state) => state.language);
  return (
    <ChoiceGroup
      label={t('account.language')}
      layout="lines"
      value={language}
      choices={Object.entries(languages).flatMap(([value, label]) =>
        isLanguage(value) ? [{ value, label }] : [],
      )}
      handleChange={(chosen) => {
        chooseLanguage(chosen).catch(() => showToast(t('account.languageFailed'), 'danger'));
      }}
    />
  );
}
