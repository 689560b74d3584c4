import { MonitorSmartphone, Pencil } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { formatStamp } from '../../lib/time.ts';
import type { SessionInfo } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { SubmitForm } from '../dialogs/SubmitForm.tsx';
import { useSubmit } from '../dialogs/use-submit.ts';
import { useGateway } from '../session/gateway-context.ts';
import styles from './SessionsPage.module.css';
import { SettingsSection } from './SettingsFrame.tsx';

type Loaded = { readonly sessions: readonly SessionInfo[] } | { readonly error: unknown } | undefined;

/** What is open over the list. */
type Asked =
  | { readonly kind: 'rename'; readonly session: SessionInfo }
  | { readonly kind: 'end'; readonly sessionIds: readonly string[] }
  | undefined;

/** Where we are logged in. */
export function SessionsPage() {
  const { account } = useGateway();
  const [loaded, setLoaded] = useState<Loaded>();
  const [asked, setAsked] = useState<Asked>();
  const load = useCallback(() => {
    account.listSessions().then(
      (sessions) => setLoaded({ sessions }),
      (error: unknown) => setLoaded({ error }),
    );
  }, [account]);
  useEffect(load, [load]);
  if (loaded === undefined) return <Skeleton height={64} />;
  if ('error' in loaded) {
    return (
      <ErrorState size="panel" title={t('sessions.failed')} handleRetry={load}>
        {describeError(loaded.error)}
      </ErrorState>
    );
  }
  const handleDone = (): void => {
    setAsked(undefined);
    load();
  };
  const others = loaded.sessions.filter((session) => !session.isThisOne);
  const list = (sessions: readonly SessionInfo[]) => (
    <ul className={styles.list}>
      {sessions.map((session) => (
        <SessionItem key={session.sessionId} session={session} handleAsk={setAsked} />
      ))}
    </ul>
  );
  return (
    <>
      <SettingsSection title={t('sessions.thisOne')}>
        {list(loaded.sessions.filter((session) => session.isThisOne))}
      </SettingsSection>
      <SettingsSection title={t('sessions.others')} text={t('sessions.othersText')}>
        {others.length === 0 ? <p className={styles.none}>{t('sessions.none')}</p> : list(others)}
        {others.length > 1 && (
          <div>
            <Button
              variant="danger"
              onClick={() => setAsked({ kind: 'end', sessionIds: others.map(({ sessionId }) => sessionId) })}
            >
              {t('sessions.endAll')}
            </Button>
          </div>
        )}
      </SettingsSection>
      {asked?.kind === 'rename' && (
        <RenameDialog
          session={asked.session}
          handleClose={() => setAsked(undefined)}
          handleDone={handleDone}
        />
      )}
      {asked?.kind === 'end' && (
        <EndDialog
          sessionIds={asked.sessionIds}
          handleClose={() => setAsked(undefined)}
          handleDone={handleDone}
        />
      )}
    </>
  );
}

interface SessionItemProps {
  readonly session: SessionInfo;
  readonly handleAsk: (asked: Asked) => void;
}

function SessionItem({ session, handleAsk }: SessionItemProps) {
  const { name, sessionId, isThisOne, lastSeen, address } = session;
  const seen = lastSeen === undefined ? undefined : t('sessions.seen', { time: formatStamp(lastSeen) });
  return (
    <li className={styles.item}>
      <MonitorSmartphone size={24} strokeWidth={1.5} aria-hidden />
      <div className={styles.words}>
        <p className={styles.name}>{name}</p>
        <p className={styles.note}>{[seen, address, sessionId].filter(Boolean).join(' · ')}</p>
      </div>
      <IconButton
        icon={Pencil}
        label={t('sessions.rename', { name })}
        onClick={() => handleAsk({ kind: 'rename', session })}
      />
      {!isThisOne && (
        <Button onClick={() => handleAsk({ kind: 'end', sessionIds: [sessionId] })}>
          {t('sessions.end')}
        </Button>
      )}
    </li>
  );
}

interface RenameDialogProps {
  readonly session: SessionInfo;
  readonly handleClose: () => void;
  readonly handleDone: () => void;
}

function RenameDialog({ session, handleClose, handleDone }: RenameDialogProps) {
  const { account } = useGateway();
  const [name, setName] = useState(session.name);
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    await account.renameSession(session.sessionId, name.trim());
    handleDone();
  };
  return (
    <Dialog title={t('sessions.renameTitle')} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={t('common.saveChanges')}
        canSubmit={name.trim() !== '' && name.trim() !== session.name}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          label={t('common.name')}
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
        />
      </SubmitForm>
    </Dialog>
  );
}

interface EndDialogProps {
  readonly sessionIds: readonly string[];
  readonly handleClose: () => void;
  readonly handleDone: () => void;
}

function EndDialog({ sessionIds, handleClose, handleDone }: EndDialogProps) {
  const { account } = useGateway();
  const [password, setPassword] = useState('');
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    await account.endSessions(sessionIds, password);
    showToast(t('sessions.ended', { count: sessionIds.length }));
    handleDone();
  };
  return (
    <Dialog
      title={t('sessions.endTitle', { count: sessionIds.length })}
      description={t('sessions.endText')}
      handleClose={handleClose}
    >
      <SubmitForm
        submission={submission}
        submitLabel={t('sessions.end')}
        isDangerous
        canSubmit={password !== ''}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          type="password"
          autoComplete="current-password"
          label={t('common.password')}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </SubmitForm>
    </Dialog>
  );
}
