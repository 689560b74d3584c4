import { useState } from 'react';
import { readHttpStatus } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { ChannelRules } from '../../matrix/channel-rules.ts';
import { TextField } from '../../ui/TextField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { SubmitForm } from '../dialogs/SubmitForm.tsx';
import { useSubmit } from '../dialogs/use-submit.ts';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsSection } from '../settings/SettingsFrame.tsx';

const longestLocalpart = 100;

interface AddressSectionProps {
  readonly channelId: string;
  readonly rules: ChannelRules;
}

/** The address by which people and links name a channel. */
export function AddressSection({ channelId, rules }: AddressSectionProps) {
  const gateway = useGateway();
  const before = rules.address?.slice(1).split(':', 1)[0] ?? '';
  const [typed, setTyped] = useState(before);
  const submission = useSubmit();
  const localpart = typed.trim().toLowerCase();
  const server = gateway.userId.slice(gateway.userId.indexOf(':'));
  const work = async (): Promise<void> => {
    try {
      await gateway.rules.setAddress(channelId, localpart);
    } catch (error) {
      if (readHttpStatus(error) !== 409) throw error;
      submission.setError(t('channelSettings.addressTaken'));
      return;
    }
    showToast(t('common.saved'));
  };
  return (
    <SettingsSection title={t('channelSettings.address')} text={t('channelSettings.addressText')}>
      <SubmitForm
        submission={submission}
        submitLabel={t('channelSettings.saveAddress')}
        canSubmit={rules.mayChange.address && localpart !== before && !/[\s:#]/.test(localpart)}
        work={work}
      >
        <TextField
          label={t('channelSettings.addressName')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          maxLength={longestLocalpart}
          disabled={!rules.mayChange.address}
          hint={localpart === '' ? t('channelSettings.noAddress') : `#${localpart}${server}`}
          autoCapitalize="none"
          spellCheck={false}
        />
      </SubmitForm>
    </SettingsSection>
  );
}
