import { Check, Copy } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { completeUserId, isUserId } from '../../lib/identifiers.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './InviteDialog.module.css';
import { useSubmit } from './use-submit.ts';

interface InviteDialogProps {
  readonly guildId: string;
  readonly handleClose: () => void;
}

/** Two ways to bring people in: a link for anybody, and an invitation to one person. */
export function InviteDialog({ guildId, handleClose }: InviteDialogProps) {
  const guild = useStore(useGateway().guild(guildId));
  return (
    <Dialog
      title={guild ? t('invite.title', { guild: guild.name }) : t('invite.titleUnnamed')}
      description={guild?.plain ? undefined : t('invite.description')}
      handleClose={handleClose}
    >
      {guild?.plain ? <PlainLink {...guild.plain} /> : <InviteLink guildId={guildId} />}
      <InvitePerson guildId={guildId} />
    </Dialog>
  );
}

/** Where to find a space that has no invite links, and what they would have done. */
function PlainLink({ link, isOpen }: { readonly link: string; readonly isOpen: boolean }) {
  return (
    <>
      <LinkField link={link} />
      <p className={styles.note}>{isOpen ? t('invite.plainOpen') : t('invite.plainClosed')}</p>
    </>
  );
}

function InviteLink({ guildId }: { readonly guildId: string }) {
  const { communities } = useGateway();
  const [link, setLink] = useState<string>();
  const [error, setError] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt asks again.
  useEffect(() => {
    let isCurrent = true;
    setError(undefined);
    communities.createInvite(guildId).then(
      (made) => isCurrent && setLink(made.link),
      (failure: unknown) => isCurrent && setError(describeError(failure)),
    );
    return () => {
      isCurrent = false;
    };
  }, [communities, guildId, attempt]);

  if (error !== undefined) {
    return (
      <div className={styles.error} role="alert">
        <p>{t('invite.failed', { error })}</p>
        <Button onClick={() => setAttempt(attempt + 1)}>{t('common.tryAgain')}</Button>
      </div>
    );
  }
  return link === undefined ? <LinkSkeleton /> : <LinkField link={link} />;
}

function LinkSkeleton() {
  return (
    <div className={styles.link} role="status" aria-label={t('invite.making')}>
      <Skeleton height={44} />
    </div>
  );
}

function LinkField({ link }: { readonly link: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const Icon = isCopied ? Check : Copy;
  const handleCopy = async (): Promise<void> => {
    field.current?.select();
    // Without HTTPS there is no clipboard: the link is selected, ready for the keyboard.
    if (!navigator.clipboard) return showToast(t('invite.copyByKeys'));
    await navigator.clipboard.writeText(link);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), 2000);
  };
  return (
    <div className={styles.link}>
      <TextField
        ref={field}
        className={styles.grow}
        label={t('invite.link')}
        value={link}
        readOnly
        autoFocus
        onFocus={(event) => event.target.select()}
      />
      <Button className={styles.beside} variant="primary" onClick={handleCopy}>
        <Icon size={16} aria-hidden /> {isCopied ? t('common.copied') : t('common.copy')}
      </Button>
    </div>
  );
}

function InvitePerson({ guildId }: { readonly guildId: string }) {
  const { communities, userId: ownUserId } = useGateway();
  const [typed, setTyped] = useState('');
  const { isBusy, error, submit, setError } = useSubmit();
  const userId = completeUserId(typed, ownUserId);
  const handleInvite = (): Promise<void> =>
    submit(async () => {
      await communities.invite(guildId, userId);
      showToast(t('invite.invited', { userId }));
      setTyped('');
    });
  return (
    <form
      className={styles.person}
      onSubmit={(event) => {
        event.preventDefault();
        if (isUserId(userId)) void handleInvite();
        else setError(t('invite.badId'));
      }}
    >
      <TextField
        className={styles.grow}
        label={t('invite.byId')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        placeholder={t('direct.idExample')}
        error={error}
        autoCapitalize="none"
        spellCheck={false}
      />
      <Button className={styles.beside} type="submit" isBusy={isBusy} disabled={typed.trim() === ''}>
        {t('invite.submit')}
      </Button>
    </form>
  );
}
