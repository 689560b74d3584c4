import { Link } from 'wouter';
import { AuthLayout } from '../../features/auth/AuthLayout.tsx';
import { RegistrationForm } from '../../features/auth/RegistrationForm.tsx';
import { t } from '../../lib/i18n/translate.ts';
import { ErrorState } from '../../ui/StateView.tsx';

/** The one-time link that a new server prints: its account becomes the first admin. */
export default function SetupScene() {
  const token = new URLSearchParams(window.location.search).get('token');
  return (
    <AuthLayout
      title={t('auth.keys')}
      lead={t('auth.keysText')}
      footer={
        <>
          {t('auth.doneBefore')} <Link href="/login">{t('auth.logIn')}</Link>
        </>
      }
    >
      {token ? (
        <RegistrationForm submitLabel={t('auth.createAdmin')} token={token} />
      ) : (
        <ErrorState size="panel" title={t('auth.linkIncomplete')}>
          {t('auth.linkIncompleteText')}
        </ErrorState>
      )}
    </AuthLayout>
  );
}
