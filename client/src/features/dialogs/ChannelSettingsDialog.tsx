import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import type { ChannelDetails } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import { TextAreaField, TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './ChannelSettingsDialog.module.css';
import { DialogForm } from './DialogForm.tsx';
import { useSubmit } from './use-submit.ts';

const longestName = 100;
const longestTopic = 1024;

interface ChannelSettingsDialogProps {
  readonly channelId: string;
  readonly handleClose: () => void;
}

/** Name and topic of a channel: to change, or to read for those who may not change them. */
export function ChannelSettingsDialog({ channelId, handleClose }: ChannelSettingsDialogProps) {
  const channel = useStore(useGateway().channel(channelId));
  if (!channel) {
    return (
      <Dialog title={t('channel.settings')} handleClose={handleClose}>
        <ErrorState size="panel" title={t('channel.leftTitle')}>
          {t('channel.leftText')}
        </ErrorState>
      </Dialog>
    );
  }
  const { canRename, canSetTopic } = channel.permissions;
  return (
    <Dialog title={t('channel.settingsOf', { name: channel.name })} handleClose={handleClose}>
      {canRename || canSetTopic ? (
        <SettingsForm channel={channel} handleClose={handleClose} />
      ) : (
        <SettingsReading channel={channel} handleClose={handleClose} />
      )}
    </Dialog>
  );
}

interface SettingsProps {
  readonly channel: ChannelDetails;
  readonly handleClose: () => void;
}

function SettingsForm({ channel, handleClose }: SettingsProps) {
  const { communities } = useGateway();
  const { canRename, canSetTopic } = channel.permissions;
  const [name, setName] = useState(channel.name);
  const [topic, setTopic] = useState(channel.topic ?? '');
  const submission = useSubmit();
  const isRenamed = name.trim() !== channel.name;
  const isNewTopic = topic.trim() !== (channel.topic ?? '');
  const work = async (): Promise<void> => {
    if (isRenamed) await communities.renameChannel(channel.channelId, name.trim());
    if (isNewTopic) await communities.setTopic(channel.channelId, topic.trim());
    showToast(t('common.saved'));
    handleClose();
  };
  return (
    <DialogForm
      submission={submission}
      submitLabel={t('common.saveChanges')}
      canSubmit={(isRenamed || isNewTopic) && name.trim() !== ''}
      handleClose={handleClose}
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
        label={t('channel.topic')}
        value={topic}
        onChange={(event) => setTopic(event.target.value)}
        maxLength={longestTopic}
        disabled={!canSetTopic}
        hint={t('channel.topicHint')}
      />
    </DialogForm>
  );
}

function SettingsReading({ channel, handleClose }: SettingsProps) {
  return (
    <>
      <dl className={styles.facts}>
        <dt>{t('common.name')}</dt>
        <dd>{channel.name}</dd>
        <dt>{t('channel.topic')}</dt>
        <dd>{channel.topic ?? t('channel.noTopic')}</dd>
      </dl>
      <p className={styles.note}>{t('channel.readOnlySettings')}</p>
      <DialogActions>
        <Button onClick={handleClose}>{t('common.close')}</Button>
      </DialogActions>
    </>
  );
}
