import { type ChangeEvent, useRef, useState } from 'react';
import { openDialog } from '../../app/dialog-store.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { GuildDetails } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { TextAreaField, TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useSubmit } from '../dialogs/use-submit.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsForm } from '../settings/SettingsForm.tsx';
import { SettingsSection } from '../settings/SettingsFrame.tsx';
import styles from './GuildPages.module.css';

const longestName = 100;
const longestTopic = 1024;

/** What a guild is called, looks like and is about, and how people come in. */
export function OverviewPage({ guild }: { readonly guild: GuildDetails }) {
  const { canRename, canSetTopic, canInvite, canSetAvatar } = guild.permissions;
  const mayChange = canRename || canSetTopic || canSetAvatar;
  return (
    <>
      <SettingsSection
        title={t('guildSettings.overview')}
        text={mayChange ? undefined : t('channel.readOnlySettings')}
      >
        <Picture guild={guild} />
        <OverviewForm key={guild.guildId} guild={guild} />
      </SettingsSection>
      {canInvite && (
        <SettingsSection title={t('guildSettings.invites')} text={t('guildSettings.invitesText')}>
          <div>
            <Button onClick={() => openDialog({ kind: 'invite', guildId: guild.guildId })}>
              {t('guild.invite')}
            </Button>
          </div>
        </SettingsSection>
      )}
    </>
  );
}

function Picture({ guild }: { readonly guild: GuildDetails }) {
  const { administration } = useGateway();
  const [isBusy, setIsBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const setPicture = async (file: File | undefined): Promise<void> => {
    setIsBusy(true);
    try {
      await administration.setGuildAvatar(guild.guildId, file);
      showToast(t('common.saved'));
    } catch (error) {
      showToast(describeError(error), 'danger');
    } finally {
      setIsBusy(false);
    }
  };
  const handleFile = (event: ChangeEvent<HTMLInputElement>): void => {
    const [file] = event.target.files ?? [];
    event.target.value = '';
    if (file) void setPicture(file);
  };
  return (
    <div className={styles.picture}>
      <MediaAvatar id={guild.guildId} name={guild.name} mxc={guild.avatarMxc} size={80} shape="squircle" />
      {guild.permissions.canSetAvatar && (
        <div className={styles.buttons}>
          <input
            ref={input}
            type="file"
            accept="image/*"
            hidden
            aria-label={t('settings.choosePicture')}
            onChange={handleFile}
          />
          <Button isBusy={isBusy} onClick={() => input.current?.click()}>
            {t('settings.choosePicture')}
          </Button>
          {guild.avatarMxc !== undefined && (
            <Button variant="plain" disabled={isBusy} onClick={() => void setPicture(undefined)}>
              {t('settings.removePicture')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function OverviewForm({ guild }: { readonly guild: GuildDetails }) {
  const { communities } = useGateway();
  const { canRename, canSetTopic } = guild.permissions;
  const [name, setName] = useState(guild.name);
  const [topic, setTopic] = useState(guild.topic ?? '');
  const submission = useSubmit();
  const isRenamed = name.trim() !== guild.name;
  const isNewTopic = topic.trim() !== (guild.topic ?? '');
  const work = async (): Promise<void> => {
    if (isRenamed) await communities.renameChannel(guild.guildId, name.trim());
    if (isNewTopic) await communities.setTopic(guild.guildId, topic.trim());
    showToast(t('common.saved'));
  };
  return (
    <SettingsForm
      submission={submission}
      submitLabel={t('common.saveChanges')}
      canSubmit={name.trim() !== '' && (isRenamed || isNewTopic)}
      work={work}
    >
      <TextField
        label={t('common.name')}
        value={name}
        onChange={(event) => setName(event.target.value)}
        maxLength={longestName}
        disabled={!canRename}
        required
      />
      <TextAreaField
        label={t('guildSettings.about')}
        value={topic}
        onChange={(event) => setTopic(event.target.value)}
        maxLength={longestTopic}
        disabled={!canSetTopic}
      />
    </SettingsForm>
  );
}
