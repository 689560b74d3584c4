import { useState } from 'react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { LevelName } from '../../matrix/channel-levels.ts';
import type { ChannelAccess, ChannelRules, HistoryAccess } from '../../matrix/channel-rules.ts';
import type { ChannelDetails } from '../../matrix/types.ts';
import { ChoiceGroup } from '../../ui/ChoiceGroup.tsx';
import { SelectField } from '../../ui/SelectField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsSection } from '../settings/SettingsFrame.tsx';
import styles from './ChannelPages.module.css';

interface PageProps {
  readonly channel: ChannelDetails;
  readonly rules: ChannelRules;
}

/** Who comes into a channel, what they see, and what they may do there. */
export function ChannelPermissionsPage({ channel, rules }: PageProps) {
  return (
    <>
      <AccessSection channel={channel} rules={rules} />
      <HistorySection channel={channel} rules={rules} />
      <LevelsSection channel={channel} rules={rules} />
    </>
  );
}

/** Runs one change at a time, and says what went wrong with it. */
function useChange(): { readonly isBusy: boolean; readonly change: (work: Promise<void>) => void } {
  const [isBusy, setIsBusy] = useState(false);
  const change = (work: Promise<void>): void => {
    setIsBusy(true);
    work.catch((error: unknown) => showToast(describeError(error), 'danger')).finally(() => setIsBusy(false));
  };
  return { isBusy, change };
}

function AccessSection({ channel, rules }: PageProps) {
  const gateway = useGateway();
  const { isBusy, change } = useChange();
  const choices: readonly { readonly value: ChannelAccess; readonly label: string; readonly hint: string }[] =
    [
      ...(rules.guildId === undefined
        ? []
        : [
            {
              value: 'guild' as const,
              label: t('channelSettings.accessGuild'),
              hint: t('channelSettings.accessGuildHint'),
            },
          ]),
      {
        value: 'invited',
        label: t('channelSettings.accessInvited'),
        hint: t('channelSettings.accessInvitedHint'),
      },
      {
        value: 'anybody',
        label: t('channelSettings.accessAnybody'),
        hint: t('channelSettings.accessAnybodyHint'),
      },
    ];
  return (
    <SettingsSection
      title={t('channelSettings.access')}
      text={rules.access === undefined ? t('channelSettings.accessOther') : undefined}
    >
      <ChoiceGroup<ChannelAccess | 'other'>
        label={t('channelSettings.accessLabel')}
        layout="lines"
        value={rules.access ?? 'other'}
        choices={choices}
        isDisabled={!rules.mayChange.access || isBusy}
        handleChange={(access) =>
          access !== 'other' && change(gateway.rules.setAccess(channel.channelId, access))
        }
      />
    </SettingsSection>
  );
}

function HistorySection({ channel, rules }: PageProps) {
  const gateway = useGateway();
  const { isBusy, change } = useChange();
  return (
    <SettingsSection title={t('channelSettings.history')} text={t('channelSettings.historyText')}>
      <SelectField<HistoryAccess>
        className={styles.select}
        label={t('channelSettings.historyLabel')}
        value={rules.history}
        isDisabled={!rules.mayChange.history || isBusy}
        choices={[
          { value: 'shared', label: t('channelSettings.historyShared') },
          { value: 'invited', label: t('channelSettings.historyInvited') },
          { value: 'joined', label: t('channelSettings.historyJoined') },
          { value: 'world_readable', label: t('channelSettings.historyWorld') },
        ]}
        handleChange={(history) => change(gateway.rules.setHistory(channel.channelId, history))}
      />
    </SettingsSection>
  );
}

const levelLabels: Readonly<Record<LevelName, PlainMessageKey>> = {
  write: 'channelSettings.levelWrite',
  react: 'channelSettings.levelReact',
  invite: 'channelSettings.levelInvite',
  mentionAll: 'channelSettings.levelMentionAll',
  pin: 'channelSettings.levelPin',
  describe: 'channelSettings.levelDescribe',
  deleteOthers: 'channelSettings.levelDeleteOthers',
};

const levelNames = Object.keys(levelLabels) as readonly LevelName[];

function LevelsSection({ channel, rules }: PageProps) {
  return (
    <SettingsSection
      title={t('channelSettings.levels')}
      text={rules.mayChange.levels ? t('channelSettings.levelsText') : t('channelSettings.levelsReadOnly')}
    >
      <div className={styles.levels}>
        {levelNames.map((name) => (
          <LevelField key={name} name={name} channel={channel} rules={rules} />
        ))}
      </div>
    </SettingsSection>
  );
}

function LevelField({ name, channel, rules }: PageProps & { readonly name: LevelName }) {
  const gateway = useGateway();
  const { isBusy, change } = useChange();
  const level = rules.levels[name];
  const own = channel.permissions.level;
  const steps = [
    { level: 0, label: t('channelSettings.everybody') },
    { level: 50, label: t('channelSettings.moderators') },
    { level: 100, label: t('channelSettings.admins') },
    { level: 150, label: t('channelSettings.ownerOnly') },
  ];
  const choices = steps.filter((step) => step.level <= own || step.level === level);
  // A level that another client gave.
  const other = choices.some((step) => step.level === level)
    ? []
    : [{ level, label: t('channelSettings.levelOther', { level }) }];
  return (
    <SelectField
      label={t(levelLabels[name])}
      value={String(level)}
      isDisabled={!rules.mayChange.levels || level > own || isBusy}
      choices={[...choices, ...other].map((step) => ({ value: String(step.level), label: step.label }))}
      handleChange={(value) => change(gateway.rules.setNeededLevel(channel.channelId, name, Number(value)))}
    />
  );
}
