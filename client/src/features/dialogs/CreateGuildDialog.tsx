import { useState } from 'react';
import { useLocation } from 'wouter';
import { buildGuildPath } from '../../app/paths.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './CreateGuildDialog.module.css';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

/** The longest name and topic that the server accepts. */
const longestName = 100;
const longestTopic = 1024;

export function CreateGuildDialog({ handleClose }: { readonly handleClose: () => void }) {
  const { communities, server: abilities } = useGateway();
  const server = useStore(abilities);
  const [, navigate] = useLocation();
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    const request = { name: name.trim(), ...(topic.trim() !== '' && { topic: topic.trim() }) };
    const { guildId, firstChannelId } = await communities.createGuild(request);
    handleClose();
    navigate(buildGuildPath(guildId, firstChannelId));
  };
  return (
    <Dialog title={t('guild.create')} description={t('guild.createText')} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={t('guild.createSubmit')}
        canSubmit={name.trim() !== ''}
        handleClose={handleClose}
        work={work}
      >
        <div className={styles.name}>
          <Avatar id={name.trim() || 'guild'} name={name.trim() || 'G'} size={64} shape="squircle" />
          <TextField
            label={t('common.name')}
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder={t('guild.nameExample')}
            maxLength={longestName}
            autoFocus
            required
          />
        </div>
        <TextField
          label={t('guild.about')}
          value={topic}
          onChange={(event) => setTopic(event.target.value)}
          placeholder={t('guild.aboutExample')}
          maxLength={longestTopic}
        />
        {!server.hasGuilds && (
          <p className={styles.note}>{t('guild.createPlain', { server: server.name })}</p>
        )}
      </SubmitForm>
    </Dialog>
  );
}
