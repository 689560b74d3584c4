import { useState } from 'react';
import { register } from '../../lib/homeserver/auth.ts';
import { TextField } from '../../ui/TextField.tsx';
import { AuthForm } from './AuthForm.tsx';
import { PasswordField } from './PasswordField.tsx';

const shortestPassword = 8;

const errorWords = {
  M_FORBIDDEN: 'This server does not take new people right now. Ask whoever runs it for an invitation.',
  M_UNAUTHORIZED: 'That registration token is not valid, or it was used up. Ask for a new one.',
};

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
          label="Registration token"
          name="token"
          hint="Whoever runs this server gives you one."
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
      )}
      <TextField
        label="Username"
        name="username"
        value={username}
        onChange={(event) => setUsername(event.target.value)}
        hint={
          name === ''
            ? 'Lower-case letters and digits. You can change your shown name later.'
            : `You will be @${name}`
        }
        pattern="[A-Za-z0-9._=\/+\-]+"
        title="Letters, digits and . _ = - / +"
        maxLength={64}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      <PasswordField
        label="Password"
        name="password"
        hint={`At least ${shortestPassword} characters. A sentence is a good one.`}
        minLength={shortestPassword}
        autoComplete="new-password"
        required
      />
    </AuthForm>
  );
}
