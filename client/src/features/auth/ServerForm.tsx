import { type FormEvent, useEffect, useState } from 'react';
import type { Door } from '../../lib/homeserver/door.ts';
import { describeDoorError, findDoor } from '../../lib/homeserver/door.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './ServerChoice.module.css';

interface ServerFormProps {
  readonly handleFound: (door: Door) => void;
  readonly handleClose: () => void;
}

/** Asks for a server, and looks for it. */
export default function ServerForm({ handleFound, handleClose }: ServerFormProps) {
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string>();
  const [search, setSearch] = useState<AbortController>();
  useEffect(() => () => search?.abort(), [search]);
  const handleSubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const abort = new AbortController();
    setSearch(abort);
    setError(undefined);
    try {
      handleFound(await findDoor(typed, abort.signal));
    } catch (failure) {
      if (abort.signal.aborted) return;
      setError(describeDoorError(failure));
      setSearch(undefined);
    }
  };
  return (
    <form className={styles.form} onSubmit={handleSubmit}>
      <TextField
        label={t('server.field')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && handleClose()}
        placeholder={t('server.example')}
        hint={t('server.hint')}
        error={error}
        inputMode="url"
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        maxLength={500}
        autoFocus
        required
      />
      <div className={styles.buttons}>
        <Button onClick={handleClose}>{t('common.cancel')}</Button>
        <Button variant="primary" type="submit" isBusy={search !== undefined}>
          {t('server.continue')}
        </Button>
      </div>
    </form>
  );
}
