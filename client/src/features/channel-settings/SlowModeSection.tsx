import { useState } from 'react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { formatSpan } from '../../lib/time.ts';
import type { ChannelDetails } from '../../matrix/types.ts';
import { SelectField } from '../../ui/SelectField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsSection } from '../settings/SettingsFrame.tsx';

/** In seconds. */
const offered: readonly number[] = [0, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600];

/** How long people wait from one message to the next. */
export function SlowModeSection({ channel }: { readonly channel: ChannelDetails }) {
  const { communities } = useGateway();
  const [isSaving, setIsSaving] = useState(false);
  const seconds = channel.slowMode?.seconds ?? 0;
  // What somebody set over the API is offered as well.
  const choices = offered.includes(seconds) ? offered : [...offered, seconds].sort((a, b) => a - b);
  const handleChange = async (value: string): Promise<void> => {
    setIsSaving(true);
    try {
      await communities.setSlowMode(channel.channelId, Number(value));
      showToast(t('common.saved'));
    } catch (error) {
      showToast(describeError(error), 'danger');
    } finally {
      setIsSaving(false);
    }
  };
  return (
    <SettingsSection title={t('channel.slowMode')} text={t('channel.slowModeText')}>
      <SelectField
        label={t('channel.slowMode')}
        hidesLabel
        value={String(seconds)}
        choices={choices.map((choice) => ({
          value: String(choice),
          label: choice === 0 ? t('channel.slowModeOff') : formatSpan(choice),
        }))}
        isDisabled={isSaving || !channel.permissions.canSetSlowMode}
        handleChange={(value) => void handleChange(value)}
      />
    </SettingsSection>
  );
}
