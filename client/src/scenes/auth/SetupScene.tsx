import { Link } from 'wouter';
import { AuthLayout } from '../../features/auth/AuthLayout.tsx';
import { RegistrationForm } from '../../features/auth/RegistrationForm.tsx';
import { ErrorState } from '../../ui/StateView.tsx';

/** The one-time link that a new server prints: its account becomes the first admin. */
export default function SetupScene() {
  const token = new URLSearchParams(window.location.search).get('token');
  return (
    <AuthLayout
      title="You have the keys"
      lead="This server is new and it is yours. The account you create now is its first admin."
      footer={
        <>
          Done this before? <Link href="/login">Log in</Link>
        </>
      }
    >
      {token ? (
        <RegistrationForm submitLabel="Create the admin account" token={token} />
      ) : (
        <ErrorState size="panel" title="This link is not complete">
          Copy the whole link that the server printed when it first started.
        </ErrorState>
      )}
    </AuthLayout>
  );
}
