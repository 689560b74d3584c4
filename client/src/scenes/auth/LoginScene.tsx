import { Link } from 'wouter';
import { AuthForm } from '../../features/auth/AuthForm.tsx';
import { AuthLayout } from '../../features/auth/AuthLayout.tsx';
import { readNextPath, withNextPath } from '../../features/auth/next-path.ts';
import { PasswordField } from '../../features/auth/PasswordField.tsx';
import { logIn } from '../../lib/homeserver/auth.ts';
import { t } from '../../lib/i18n/translate.ts';
import { TextField } from '../../ui/TextField.tsx';

const errorWords = { M_FORBIDDEN: 'auth.wrongPassword' } as const;

/** Logging in with a password. */
export default function LoginScene() {
  const next = readNextPath(window.location.search);
  return (
    <AuthLayout
      title={t('auth.welcomeBack')}
      lead={t('auth.loginLead')}
      footer={
        <>
          {t('auth.newHere')}{' '}
          <Link href={withNextPath('/register', next)}>{t('auth.createAccountLink')}</Link>
        </>
      }
    >
      <AuthForm
        submitLabel={t('auth.logIn')}
        errorWords={errorWords}
        authenticate={(form) => logIn(String(form.get('username')).trim(), String(form.get('password')))}
      >
        <TextField
          label={t('common.username')}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
        />
        <PasswordField
          label={t('common.password')}
          name="password"
          autoComplete="current-password"
          required
        />
      </AuthForm>
    </AuthLayout>
  );
}
