import { useEffect, useState } from 'react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import type { Homeserver } from '../../lib/homeserver/homeserver.ts';
import type { SignInMethods } from '../../lib/homeserver/sign-in-methods.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { FormError } from './AuthLayout.tsx';
import styles from './OtherWaysIn.module.css';

interface OtherWaysInProps {
  readonly homeserver: Homeserver;
  readonly methods: SignInMethods;
  readonly next: string;
}

/** Ways in that lead over another page: the server's own, and those of others whom the server trusts. */
export function OtherWaysIn({ homeserver, methods, next }: OtherWaysInProps) {
  const { oauth, providers, hasPassword } = methods;
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string>();
  useEffect(() => {
    // Whoever goes back may find the page as they left it, on its way.
    const handleReturn = ({ persisted }: PageTransitionEvent): void => {
      if (persisted) setIsBusy(false);
    };
    window.addEventListener('pageshow', handleReturn);
    return () => window.removeEventListener('pageshow', handleReturn);
  }, []);
  if (oauth === undefined && providers.length === 0) return null;
  const leave = async (
    go: (visit: typeof import('../../lib/homeserver/visit.ts')) => unknown,
  ): Promise<void> => {
    setIsBusy(true);
    setError(undefined);
    try {
      await go(await import('../../lib/homeserver/visit.ts'));
    } catch (failure) {
      setError(describeError(failure));
      setIsBusy(false);
    }
  };
  return (
    <div className={styles.ways}>
      {hasPassword && <p className={styles.or}>{t('auth.or')}</p>}
      {error !== undefined && <FormError>{error}</FormError>}
      {oauth !== undefined && (
        <Button
          variant={hasPassword ? 'quiet' : 'primary'}
          isWide
          isBusy={isBusy}
          onClick={() => leave(({ visitOAuth }) => visitOAuth(homeserver, oauth, next))}
        >
          {t('auth.continueAt', { server: homeserver.name })}
        </Button>
      )}
      {providers.map(({ id, name }) => (
        <Button
          key={id ?? ''}
          variant={hasPassword || providers.length > 1 ? 'quiet' : 'primary'}
          isWide
          disabled={isBusy}
          onClick={() => leave(({ visitProvider }) => visitProvider(homeserver, id, next))}
        >
          {name === undefined
            ? t('auth.continueAt', { server: homeserver.name })
            : t('auth.continueWith', { provider: name })}
        </Button>
      ))}
    </div>
  );
}
