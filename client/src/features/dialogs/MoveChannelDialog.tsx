import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { findParent, listSiblings } from '../../matrix/channel-tree.ts';
import type { GuildDetails } from '../../matrix/types.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { SelectField } from '../../ui/SelectField.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

interface MoveChannelDialogProps {
  readonly guildId: string;
  readonly channelId: string;
  readonly handleClose: () => void;
}

/** Where a channel stands: what can also be done by dragging it. */
export function MoveChannelDialog({ guildId, channelId, handleClose }: MoveChannelDialogProps) {
  const guild = useStore(useGateway().guild(guildId));
  return (
    <Dialog title={t('channel.move')} handleClose={handleClose}>
      {guild && <MoveForm guild={guild} channelId={channelId} handleClose={handleClose} />}
    </Dialog>
  );
}

interface MoveFormProps {
  readonly guild: GuildDetails;
  readonly channelId: string;
  readonly handleClose: () => void;
}

/** No category, and no channel to stand before: room IDs are never empty. */
const none = '';

function MoveForm({ guild, channelId, handleClose }: MoveFormProps) {
  const { communities } = useGateway();
  const [category, setCategory] = useState(() => findParent(guild.tree, channelId) ?? none);
  const [before, setBefore] = useState(none);
  const submission = useSubmit();
  const beside = listSiblings(guild.tree, category === none ? undefined : category).filter(
    (channel) => channel.channelId !== channelId,
  );
  const work = async (): Promise<void> => {
    await communities.moveChannel(guild.guildId, channelId, {
      ...(category !== none && { category }),
      ...(before !== none && { before }),
    });
    handleClose();
  };
  return (
    <SubmitForm
      submission={submission}
      submitLabel={t('channel.moveSubmit')}
      handleClose={handleClose}
      work={work}
    >
      <SelectField
        label={t('channel.category')}
        value={category}
        choices={[
          { value: none, label: t('channel.noCategory') },
          ...guild.tree.categories.map(({ categoryId, name }) => ({ value: categoryId, label: name })),
        ]}
        handleChange={(chosen) => {
          setCategory(chosen);
          setBefore(none);
        }}
      />
      <SelectField
        label={t('channel.place')}
        value={before}
        choices={[
          { value: none, label: t('channel.placeEnd') },
          ...beside.map(({ channelId: id, name }) => ({
            value: id,
            label: t('channel.placeBefore', { name }),
          })),
        ]}
        handleChange={setBefore}
      />
    </SubmitForm>
  );
}
