import { Check, Copy } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
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
      title={`Invite people to ${guild?.name ?? 'the guild'}`}
      description="Anybody who has the link can come in."
      handleClose={handleClose}
    >
      <InviteLink guildId={guildId} />
      <InvitePerson guildId={guildId} />
    </Dialog>
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
    communities.createInviteLink(guildId).then(
      (made) => isCurrent && setLink(made),
      (failure: unknown) => isCurrent && setError(describeError(failure)),
    );
    return () => {
      isCurrent = false;
    };
  }, [communities, guildId, attempt]);

  if (error !== undefined) {
    return (
      <div className={styles.error} role="alert">
        <p>Couldn't make a link. {error}</p>
        <Button onClick={() => setAttempt(attempt + 1)}>Try again</Button>
      </div>
    );
  }
  return link === undefined ? <LinkSkeleton /> : <LinkField link={link} />;
}

function LinkSkeleton() {
  return (
    <div className={styles.link} role="status" aria-label="Making a link">
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
    if (!navigator.clipboard) return showToast('Press Control and C to copy the link');
    await navigator.clipboard.writeText(link);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), 2000);
  };
  return (
    <div className={styles.link}>
      <TextField
        ref={field}
        className={styles.grow}
        label="Invite link"
        value={link}
        readOnly
        autoFocus
        onFocus={(event) => event.target.select()}
      />
      <Button className={styles.beside} variant="primary" onClick={handleCopy}>
        <Icon size={16} aria-hidden /> {isCopied ? 'Copied' : 'Copy'}
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
      showToast(`${userId} was invited`);
      setTyped('');
    });
  return (
    <form
      className={styles.person}
      onSubmit={(event) => {
        event.preventDefault();
        if (isUserId(userId)) void handleInvite();
        else setError('A user ID looks like @name:server');
      }}
    >
      <TextField
        className={styles.grow}
        label="Or invite somebody by user ID"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        placeholder="@name:server"
        error={error}
        autoCapitalize="none"
        spellCheck={false}
      />
      <Button className={styles.beside} type="submit" isBusy={isBusy} disabled={typed.trim() === ''}>
        Invite
      </Button>
    </form>
  );
}
