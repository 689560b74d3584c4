import { RotateCcw } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { type KeyedAction, listKeys } from '../../app/actions/registry.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { chooseKey, readKeyOf, resetKeys, useKeyBindings } from '../../lib/key-bindings.ts';
import { describeKey, nameKey } from '../../lib/keys.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import styles from './KeysPage.module.css';
import { SettingsSection } from './SettingsFrame.tsx';

const modifiers: ReadonlySet<string> = new Set(['Control', 'Meta', 'Alt', 'AltGraph', 'Shift']);

/** Which keys do what, to be chosen anew. */
export function KeysPage() {
  const { everywhere, onMessages } = listKeys();
  const { bindings } = useKeyBindings();
  return (
    <>
      <SettingsSection title={t('keys.everywhere')} text={t('keys.editText')}>
        <KeyList actions={everywhere} needsModifier />
      </SettingsSection>
      <SettingsSection title={t('keys.onMessages')}>
        <KeyList actions={onMessages} />
      </SettingsSection>
      <div>
        <Button disabled={Object.keys(bindings).length === 0} onClick={resetKeys}>
          {t('keys.resetAll')}
        </Button>
      </div>
    </>
  );
}

interface KeyListProps {
  readonly actions: readonly KeyedAction[];
  /** Whether a letter alone would be in the way of writing. */
  readonly needsModifier?: boolean;
}

function KeyList({ actions, needsModifier = false }: KeyListProps) {
  const [editedId, setEditedId] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const handleKey = (action: KeyedAction, event: KeyboardEvent): void => {
    if (editedId !== action.id || modifiers.has(event.key) || event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') {
      setEditedId(undefined);
      return;
    }
    const name = nameKey(event);
    const other = actions.find((candidate) => {
      return candidate.id !== action.id && readKeyOf(candidate)?.toLowerCase() === name.toLowerCase();
    });
    if (other) setProblem(t('keys.taken', { key: describeKey(name), action: t(other.label) }));
    else if (needsModifier && !/^(Mod|Alt)\+|^F\d+$/.test(name)) setProblem(t('keys.needsModifier'));
    else {
      chooseKey(action.id, name.toLowerCase() === action.key.toLowerCase() ? undefined : name);
      setEditedId(undefined);
      setProblem(undefined);
    }
  };
  return (
    <ul className={styles.list}>
      {actions.map((action) => {
        const key = readKeyOf(action) ?? action.key;
        const isEdited = editedId === action.id;
        return (
          <li key={action.id} className={styles.line}>
            <action.icon size={18} strokeWidth={1.75} aria-hidden />
            <span className={styles.label}>{t(action.label)}</span>
            {key !== action.key && (
              <IconButton
                icon={RotateCcw}
                size="small"
                label={t('keys.reset', { action: t(action.label) })}
                onClick={() => chooseKey(action.id, undefined)}
              />
            )}
            <button
              type="button"
              className={joinClasses(styles.key, isEdited && styles.edited)}
              aria-label={t('keys.change', { action: t(action.label), key: describeKey(key) })}
              onClick={() => {
                setEditedId(action.id);
                setProblem(undefined);
              }}
              onKeyDown={(event) => handleKey(action, event)}
              onBlur={() => setEditedId(undefined)}
            >
              {isEdited ? t('keys.press') : describeKey(key)}
            </button>
            {isEdited && problem !== undefined && (
              <p className={styles.problem} role="alert">
                {problem}
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}
