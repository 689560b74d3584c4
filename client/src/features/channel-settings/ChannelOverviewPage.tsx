import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import type { ChannelRules } from '../../matrix/channel-rules.ts';
import type { ChannelDetails } from '../../matrix/types.ts';
import { TextAreaField, TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { SubmitForm } from '../dialogs/SubmitForm.tsx';
import { useSubmit } from '../dialogs/use-submit.ts';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsSection } from '../settings/SettingsFrame.tsx';
import { AddressSection } from './AddressSection.tsx';
import { ForumTagsSection } from './ForumTagsSection.tsx';
import { SlowModeSection } from './SlowModeSection.tsx';

const longestName = 100;
const longestTopic = 1024;

interface ChannelOverviewPageProps {
  readonly channel: ChannelDetails;
  readonly rules: ChannelRules;
}

/** What a channel is called, what it is about, and where it is found. */
export function ChannelOverviewPage({ channel, rules }: ChannelOverviewPageProps) {
  const { canRename, canSetTopic } = channel.permissions;
  return (
    <>
      <SettingsSection
        title={t('guildSettings.overview')}
        text={canRename || canSetTopic ? undefined : t('channel.readOnlySettings')}
      >
        <OverviewForm key={channel.channelId} channel={channel} />
      </SettingsSection>
      {channel.forumTags && <ForumTagsSection channel={channel} />}
      <SlowModeSection channel={channel} />
      <AddressSection key={rules.address} channelId={channel.channelId} rules={rules} />
    </>
  );
}

function OverviewForm({ channel }: { readonly channel: ChannelDetails }) {
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
        label={t('channel.topic')}
        value={topic}
        onChange={(event) => setTopic(event.target.value)}
        maxLength={longestTopic}
        disabled={!canSetTopic}
        hint={t('channel.topicHint')}
      />
    </SubmitForm>
  );
}
