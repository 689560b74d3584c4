import { Link } from 'wouter';
import { AuthForm } from '../../features/auth/AuthForm.tsx';
import { AuthLayout } from '../../features/auth/AuthLayout.tsx';
import { readNextPath, withNextPath } from '../../features/auth/next-path.ts';
import { PasswordField } from '../../features/auth/PasswordField.tsx';
import { logIn } from '../../lib/homeserver/auth.ts';
import { TextField } from '../../ui/TextField.tsx';

const errorWords = { M_FORBIDDEN: 'That username and password do not go together. Try again.' };

/** Logging in with a password. */
export default function LoginScene() {
  const next = readNextPath(window.location.search);
  return (
    <AuthLayout
      title="Welcome back"
      lead="Log in and see what your guilds have been up to."
      footer={
        <>
          New here? <Link href={withNextPath('/register', next)}>Create an account</Link>
        </>
      }
    >
      <AuthForm
        submitLabel="Log in"
        errorWords={errorWords}
        authenticate={(form) => logIn(String(form.get('username')).trim(), String(form.get('password')))}
      >
        <TextField
          label="Username"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
        />
        <PasswordField label="Password" name="password" autoComplete="current-password" required />
      </AuthForm>
    </AuthLayout>
  );
}
