import { useState } from 'react';
import { register } from '../../lib/homeserver/auth.ts';
import { t } from '../../lib/i18n/translate.ts';
import { TextField } from '../../ui/TextField.tsx';
import { AuthForm } from './AuthForm.tsx';
import { PasswordField } from './PasswordField.tsx';

const shortestPassword = 8;

const errorWords = {
  M_FORBIDDEN: 'auth.noNewcomers',
  M_UNAUTHORIZED: 'auth.badToken',
} as const;

interface RegistrationFormProps {
  readonly submitLabel: string;
  /** A token that is known already, from a link. */
  readonly token?: string;
  readonly asksForToken?: boolean;
}

/** Username, password and, where the server wants one, a registration token. */
export function RegistrationForm({ submitLabel, token, asksForToken = false }: RegistrationFormProps) {
  const [username, setUsername] = useState('');
  const name = username.trim().toLowerCase();
  return (
    <AuthForm
      submitLabel={submitLabel}
      errorWords={errorWords}
      authenticate={(form) => {
        const typedToken = String(form.get('token') ?? '').trim() || token;
        const password = String(form.get('password'));
        return register({ username: name, password, ...(typedToken && { token: typedToken }) });
      }}
    >
      {asksForToken && (
        <TextField
          label={t('auth.token')}
          name="token"
          hint={t('auth.tokenHint')}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
      )}
      <TextField
        label={t('common.username')}
        name="username"
        value={username}
        onChange={(event) => setUsername(event.target.value)}
        hint={name === '' ? t('auth.usernameHint') : t('auth.youWillBe', { name })}
        pattern="[A-Za-z0-9._=\/+\-]+"
        title={t('auth.usernameTitle')}
        maxLength={64}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      <PasswordField
        label={t('common.password')}
        name="password"
        hint={t('auth.passwordHint', { count: shortestPassword })}
        minLength={shortestPassword}
        autoComplete="new-password"
        required
      />
    </AuthForm>
  );
}
