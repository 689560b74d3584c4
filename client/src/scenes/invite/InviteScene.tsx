import { useEffect, useState } from 'react';
import { Link, useParams } from 'wouter';
import { AuthLayout, FormError } from '../../features/auth/AuthLayout.tsx';
import { withNextPath } from '../../features/auth/next-path.ts';
import { describeError, readErrcode } from '../../lib/homeserver/describe-error.ts';
import { findInvite, type InviteEnd, type InvitePreview, redeemInvite } from '../../lib/homeserver/guilds.ts';
import { isOwnHomeserver } from '../../lib/homeserver/homeserver.ts';
import {
  dropEndedSession,
  listSessions,
  loadSession,
  openAccount,
  type Session,
} from '../../lib/homeserver/session.ts';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button } from '../../ui/Button.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import styles from './InviteScene.module.css';

type Lookup =
  | { readonly phase: 'loading' }
  | { readonly phase: 'found'; readonly invite: InvitePreview }
  | { readonly phase: 'over'; readonly end: InviteEnd }
  | { readonly phase: 'failed'; readonly error: unknown };

const endText = {
  unknown: 'invitePage.goneText',
  expired: 'invitePage.expired',
  usedUp: 'invitePage.usedUp',
} as const satisfies Readonly<Record<InviteEnd, PlainMessageKey>>;

/** The page of an invite link: what the guild is, who invites, and one button to join. */
export default function InviteScene() {
  const code = useParams<{ code: string }>().code;
  const [lookup, setLookup] = useState<Lookup>({ phase: 'loading' });
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt asks again.
  useEffect(() => {
    const abort = new AbortController();
    setLookup({ phase: 'loading' });
    findInvite(code, abort.signal).then(
      (found) =>
        setLookup(
          typeof found === 'string' ? { phase: 'over', end: found } : { phase: 'found', invite: found },
        ),
      (error: unknown) => abort.signal.aborted || setLookup({ phase: 'failed', error }),
    );
    return () => abort.abort();
  }, [code, attempt]);

  switch (lookup.phase) {
    case 'loading':
      return (
        <AuthLayout title={t('invitePage.title')}>
          <CardSkeleton />
        </AuthLayout>
      );
    case 'found':
      return <FoundInvite invite={lookup.invite} />;
    case 'over':
      return (
        <AuthLayout title={t('invitePage.gone')} lead={t(endText[lookup.end])}>
          <div className={styles.actions}>
            <p className={styles.note}>{t('invitePage.askNew')}</p>
            <Link className={styles.link} href="/">
              {t('invitePage.goHome')}
            </Link>
          </div>
        </AuthLayout>
      );
    case 'failed':
      return (
        <AuthLayout title={t('invitePage.title')}>
          <ErrorState size="panel" title={t('invitePage.failed')} handleRetry={() => setAttempt(attempt + 1)}>
            {describeError(lookup.error)}
          </ErrorState>
        </AuthLayout>
      );
  }
}

function FoundInvite({ invite }: { readonly invite: InvitePreview }) {
  const [session, setSession] = useState(findOwnSession);
  const lead = invite.inviterName
    ? t('invitePage.from', { name: invite.inviterName })
    : t('invitePage.fromSomebody');
  return (
    <AuthLayout title={t('invitePage.title')} lead={lead}>
      <GuildCard invite={invite} />
      {session ? (
        <JoinButton invite={invite} session={session} handleSignedOut={() => setSession(undefined)} />
      ) : (
        <SignInChoices code={invite.code} />
      )}
    </AuthLayout>
  );
}

/** The account to join with: of this server, and the one that is open rather than another. */
function findOwnSession(): Session | undefined {
  const open = loadSession();
  return open && isOwnHomeserver(open) ? open : listSessions().find(isOwnHomeserver);
}

function GuildCard({ invite }: { readonly invite: InvitePreview }) {
  return (
    <section className={styles.card} aria-label={t('invitePage.guild')}>
      <Avatar
        id={invite.guildId}
        name={invite.guildName}
        src={invite.picturePath}
        size={64}
        shape="squircle"
      />
      <div className={styles.about}>
        <h2 className={styles.name}>{invite.guildName}</h2>
        {invite.topic !== undefined && <p className={styles.topic}>{invite.topic}</p>}
        {invite.memberCount !== undefined && (
          <p className={styles.note}>{t('invitePage.members', { count: invite.memberCount })}</p>
        )}
      </div>
    </section>
  );
}

interface JoinButtonProps {
  readonly invite: InvitePreview;
  readonly session: Session;
  readonly handleSignedOut: () => void;
}

function JoinButton({ invite, session, handleSignedOut }: JoinButtonProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string>();
  const handleJoin = async (): Promise<void> => {
    setIsBusy(true);
    setError(undefined);
    try {
      const { guildId, firstChannelId } = await redeemInvite(session, invite.code);
      const channel = firstChannelId ? `/${encodeURIComponent(firstChannelId)}` : '';
      openAccount(session.userId);
      window.location.replace(`/guilds/${encodeURIComponent(guildId)}${channel}`);
    } catch (failure) {
      setIsBusy(false);
      if (readErrcode(failure) === 'M_UNKNOWN_TOKEN') {
        dropEndedSession(session);
        handleSignedOut();
      } else {
        setError(describeError(failure));
      }
    }
  };
  return (
    <div className={styles.actions}>
      {error !== undefined && <FormError>{error}</FormError>}
      <Button variant="primary" isWide isBusy={isBusy} onClick={handleJoin} autoFocus>
        {t('invitePage.join', { guild: invite.guildName })}
      </Button>
      <p className={styles.note}>{t('invitePage.loggedInAs', { userId: session.userId })}</p>
    </div>
  );
}

function SignInChoices({ code }: { readonly code: string }) {
  const here = `/invite/${encodeURIComponent(code)}`;
  const elsewhere = loadSession();
  return (
    <div className={styles.actions}>
      {elsewhere && <p className={styles.note}>{t('invitePage.elsewhere', { userId: elsewhere.userId })}</p>}
      <Link className={styles.primary} href={withNextPath('/register', here, elsewhere !== undefined)}>
        {t('invitePage.register')}
      </Link>
      <Link className={styles.link} href={withNextPath('/login', here, elsewhere !== undefined)}>
        {t('invitePage.haveAccount')}
      </Link>
    </div>
  );
}

function CardSkeleton() {
  return (
    <div className={styles.card} role="status" aria-label={t('invitePage.loading')}>
      <Skeleton shape="squircle" width={64} height={64} />
      <div className={styles.about}>
        <Skeleton width="60%" height={20} />
        <Skeleton width="85%" />
        <Skeleton width={72} />
      </div>
    </div>
  );
}
