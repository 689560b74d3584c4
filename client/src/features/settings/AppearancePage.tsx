import { useId } from 'react';
import { changeAppearance, textSizes, useAppearance } from '../../lib/appearance.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { togglePreviews, usePreferences } from '../../lib/preferences.ts';
import { chooseTheme, useTheme } from '../../lib/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { ChoiceGroup } from '../../ui/ChoiceGroup.tsx';
import { Switch } from '../../ui/Switch.tsx';
import styles from './AppearancePage.module.css';
import { SettingsSection } from './SettingsFrame.tsx';

/** What the field shows while the accent is ours. */
const ownAccent = { dark: '#ff8a4c', light: '#b93c0a' } as const;

/** How the client looks in this browser. */
export function AppearancePage() {
  const { choice } = useTheme();
  const { hasHighContrast, isCompact } = useAppearance();
  const showsPreviews = usePreferences((state) => state.showsPreviews);
  return (
    <>
      <SettingsSection title={t('appearance.colours')}>
        <ChoiceGroup
          label={t('appearance.theme')}
          value={choice}
          handleChange={chooseTheme}
          choices={[
            { value: 'system', label: t('appearance.system'), picture: <Miniature look="system" /> },
            { value: 'dark', label: t('appearance.dark'), picture: <Miniature look="dark" /> },
            { value: 'light', label: t('appearance.light'), picture: <Miniature look="light" /> },
          ]}
        />
        <Switch
          label={t('appearance.contrast')}
          hint={t('appearance.contrastHint')}
          isOn={hasHighContrast}
          handleChange={(isOn) => changeAppearance({ hasHighContrast: isOn })}
        />
        <AccentField />
      </SettingsSection>
      <SettingsSection title={t('appearance.messages')}>
        <ChoiceGroup
          label={t('appearance.density')}
          value={isCompact ? 'compact' : 'roomy'}
          handleChange={(density) => changeAppearance({ isCompact: density === 'compact' })}
          choices={[
            { value: 'roomy', label: t('appearance.roomy') },
            { value: 'compact', label: t('appearance.compact') },
          ]}
        />
        <TextSizeField />
        <Switch
          label={t('appearance.previews')}
          hint={t('appearance.previewsHint')}
          isOn={showsPreviews}
          handleChange={togglePreviews}
        />
      </SettingsSection>
    </>
  );
}

/** The hall in a theme, very small. */
function Miniature({ look }: { readonly look: 'system' | 'dark' | 'light' }) {
  return (
    <span className={joinClasses(styles.miniature, styles[look])} aria-hidden>
      <span className={styles.miniatureSide} />
      <span className={styles.miniatureMain}>
        <span />
        <span />
        <span />
      </span>
    </span>
  );
}

function AccentField() {
  const id = useId();
  const { theme } = useTheme();
  const accent = useAppearance((state) => state.accent);
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {t('appearance.accent')}
      </label>
      <div className={styles.accent}>
        <input
          id={id}
          type="color"
          className={styles.colour}
          value={accent ?? ownAccent[theme]}
          aria-describedby={`${id}-hint`}
          onChange={(event) => changeAppearance({ accent: event.target.value })}
        />
        <Button disabled={accent === undefined} onClick={() => changeAppearance({ accent: undefined })}>
          {t('appearance.accentReset')}
        </Button>
      </div>
      <p id={`${id}-hint`} className={styles.hint}>
        {t('appearance.accentHint')}
      </p>
    </div>
  );
}

function TextSizeField() {
  const id = useId();
  const textSize = useAppearance((state) => state.textSize);
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {t('appearance.textSize')}
      </label>
      <div className={styles.sizes}>
        <input
          id={id}
          type="range"
          min={0}
          max={textSizes.length - 1}
          step={1}
          value={textSizes.indexOf(textSize)}
          aria-valuetext={t('appearance.percent', { size: textSize })}
          onChange={(event) => changeAppearance({ textSize: textSizes[Number(event.target.value)] ?? 100 })}
        />
        <output htmlFor={id}>{t('appearance.percent', { size: textSize })}</output>
      </div>
    </div>
  );
}
