import { useState } from 'react';
import { copyLink } from '../../lib/copy-link.ts';
import { t } from '../../lib/i18n/translate.ts';
import { SelectField } from '../../ui/SelectField.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { SubmitForm } from '../dialogs/SubmitForm.tsx';
import { useSubmit } from '../dialogs/use-submit.ts';
import { useGateway } from '../session/gateway-context.ts';

const hour = 3_600_000;

/** How long a link can hold, by what it is called. */
const spans = { hour, day: 24 * hour, week: 7 * 24 * hour, month: 30 * 24 * hour, ever: undefined } as const;

type Span = keyof typeof spans;

const useCounts = ['1', '5', '10', '25', '100', 'any'] as const;

type Uses = (typeof useCounts)[number];

interface InviteFormProps {
  readonly guildId: string;
  readonly handleMade: () => void;
}

/** Makes a link that ends by itself, or one that does not. */
export function InviteForm({ guildId, handleMade }: InviteFormProps) {
  const { communities } = useGateway();
  const [span, setSpan] = useState<Span>('week');
  const [uses, setUses] = useState<Uses>('any');
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    const expiresIn = spans[span];
    const { link } = await communities.createInvite(guildId, {
      ...(expiresIn !== undefined && { expiresIn }),
      ...(uses !== 'any' && { maxUses: Number(uses) }),
    });
    handleMade();
    showToast(await copyLink(link));
  };
  return (
    <SubmitForm submission={submission} submitLabel={t('invites.submit')} canSubmit work={work}>
      <SelectField<Span>
        label={t('invites.span')}
        value={span}
        choices={[
          { value: 'hour', label: t('invites.spanHour') },
          { value: 'day', label: t('invites.spanDay') },
          { value: 'week', label: t('invites.spanWeek') },
          { value: 'month', label: t('invites.spanMonth') },
          { value: 'ever', label: t('invites.spanEver') },
        ]}
        handleChange={setSpan}
      />
      <SelectField<Uses>
        label={t('invites.limit')}
        value={uses}
        choices={useCounts.map((value) => ({
          value,
          label:
            value === 'any' ? t('invites.limitNone') : t('invites.limitPeople', { count: Number(value) }),
        }))}
        handleChange={setUses}
      />
    </SubmitForm>
  );
}
