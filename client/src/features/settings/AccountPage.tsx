import { useState } from 'react';
import { endSession } from '../../app/actions/account-actions.ts';
import { openDialog } from '../../app/dialog-store.ts';
import { forgetAccount } from '../../lib/homeserver/session.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { SubmitForm } from '../dialogs/SubmitForm.tsx';
import { useSubmit } from '../dialogs/use-submit.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './AccountPage.module.css';
import { PictureButtons } from './PictureButtons.tsx';
import { SettingsSection } from './SettingsFrame.tsx';

const longestName = 64;
const longestStatus = 128;
const shortestPassword = 8;

/** Who we are, how we come in, and how we leave for good. */
export function AccountPage() {
  const gateway = useGateway();
  return (
    <>
      <SettingsSection title={t('settings.profile')} text={t('settings.profileText')}>
        <AvatarField />
        <ProfileForm />
      </SettingsSection>
      <SettingsSection title={t('settings.password')}>
        <PasswordForm />
      </SettingsSection>
      <SettingsSection title={t('settings.closeAccount')} text={t('settings.closeAccountText')} isDangerous>
        <ClosingForm />
        <div>
          <Button onClick={() => endSession.perform({ gateway })}>{t('account.logOut')}</Button>
        </div>
      </SettingsSection>
    </>
  );
}

function AvatarField() {
  const { account, profile: store } = useGateway();
  const profile = useStore(store);
  return (
    <div className={styles.avatar}>
      <MediaAvatar id={profile.userId} name={profile.name} mxc={profile.avatarMxc} size={80} />
      <div className={styles.avatarWords}>
        <p className={styles.userId}>{profile.userId}</p>
        <PictureButtons
          hasPicture={profile.avatarMxc !== undefined}
          setPicture={(file) => account.setAvatar(file)}
        />
      </div>
    </div>
  );
}

function ProfileForm() {
  const { social, profile: store } = useGateway();
  const profile = useStore(store);
  const [name, setName] = useState(profile.name);
  const [status, setStatus] = useState(profile.status ?? '');
  const submission = useSubmit();
  const isRenamed = name.trim() !== profile.name;
  const isNewStatus = status.trim() !== (profile.status ?? '');
  const work = async (): Promise<void> => {
    if (isRenamed) await social.setDisplayName(name.trim());
    if (isNewStatus) await social.setStatus(status.trim());
    showToast(t('common.saved'));
  };
  return (
    <SubmitForm
      submission={submission}
      submitLabel={t('common.saveChanges')}
      canSubmit={name.trim() !== '' && (isRenamed || isNewStatus)}
      work={work}
    >
      <TextField
        label={t('account.shownName')}
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={longestName}
        required
      />
      <TextField
        label={t('account.status')}
        value={status}
        onChange={(event) => setStatus(event.target.value)}
        placeholder={t('account.statusExample')}
        maxLength={longestStatus}
      />
    </SubmitForm>
  );
}

function PasswordForm() {
  const { account } = useGateway();
  const [password, setPassword] = useState('');
  const [next, setNext] = useState('');
  const [endsOthers, setEndsOthers] = useState(true);
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    await account.changePassword(password, next, endsOthers);
    setPassword('');
    setNext('');
    showToast(t('settings.passwordChanged'));
  };
  return (
    <SubmitForm
      submission={submission}
      submitLabel={t('settings.changePassword')}
      canSubmit={password !== '' && next.length >= shortestPassword}
      work={work}
    >
      <TextField
        type="password"
        autoComplete="current-password"
        label={t('settings.currentPassword')}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <TextField
        type="password"
        autoComplete="new-password"
        label={t('settings.newPassword')}
        hint={t('auth.passwordHint', { count: shortestPassword })}
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
      <Switch
        label={t('settings.endOthers')}
        hint={t('settings.endOthersHint')}
        isOn={endsOthers}
        handleChange={setEndsOthers}
      />
    </SubmitForm>
  );
}

function ClosingForm() {
  const gateway = useGateway();
  const [password, setPassword] = useState('');
  const [erases, setErases] = useState(false);
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    openDialog({
      kind: 'confirm',
      title: t('settings.closeTitle'),
      text: t('settings.closeAccountText'),
      confirmLabel: t('settings.closeAccount'),
      perform: async () => {
        await gateway.account.closeAccount(password, erases);
        forgetAccount(gateway.userId);
        window.location.assign('/');
      },
    });
  };
  return (
    <SubmitForm
      submission={submission}
      submitLabel={t('settings.closeAccount')}
      isDangerous
      canSubmit={password !== ''}
      work={work}
    >
      <TextField
        type="password"
        autoComplete="current-password"
        label={t('settings.passwordToClose')}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Switch
        label={t('settings.erase')}
        hint={t('settings.eraseHint')}
        isOn={erases}
        handleChange={setErases}
      />
    </SubmitForm>
  );
}
