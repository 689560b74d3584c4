import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import type { GuildDetails } from '../../matrix/types.ts';
import { TextAreaField, TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { SubmitForm } from '../dialogs/SubmitForm.tsx';
import { useSubmit } from '../dialogs/use-submit.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { PictureButtons } from '../settings/PictureButtons.tsx';
import { SettingsSection } from '../settings/SettingsFrame.tsx';
import styles from './GuildPages.module.css';

const longestName = 100;
const longestTopic = 1024;

/** What a guild is called, looks like and is about. */
export function OverviewPage({ guild }: { readonly guild: GuildDetails }) {
  const { canRename, canSetTopic, canSetAvatar } = guild.permissions;
  const mayChange = canRename || canSetTopic || canSetAvatar;
  return (
    <SettingsSection
      title={t('guildSettings.overview')}
      text={mayChange ? undefined : t('channel.readOnlySettings')}
    >
      <Picture guild={guild} />
      <OverviewForm key={guild.guildId} guild={guild} />
    </SettingsSection>
  );
}

function Picture({ guild }: { readonly guild: GuildDetails }) {
  const { administration } = useGateway();
  return (
    <div className={styles.picture}>
      <MediaAvatar id={guild.guildId} name={guild.name} mxc={guild.avatarMxc} size={80} shape="squircle" />
      {guild.permissions.canSetAvatar && (
        <PictureButtons
          hasPicture={guild.avatarMxc !== undefined}
          setPicture={(file) => administration.setGuildAvatar(guild.guildId, file)}
        />
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
    <SubmitForm
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
    </SubmitForm>
  );
}
