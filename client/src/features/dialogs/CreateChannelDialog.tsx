import { Hash } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { buildGuildPath } from '../../app/paths.ts';
import { t } from '../../lib/i18n/translate.ts';
import { ChoiceGroup } from '../../ui/ChoiceGroup.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './CreateChannelDialog.module.css';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

const longestName = 100;
const longestTopic = 1024;

interface CreateChannelDialogProps {
  readonly guildId: string;
  readonly categoryId?: string;
  readonly handleClose: () => void;
}

export function CreateChannelDialog({ guildId, categoryId, handleClose }: CreateChannelDialogProps) {
  const gateway = useGateway();
  const guild = useStore(gateway.guild(guildId));
  const [, navigate] = useLocation();
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [kind, setKind] = useState<'text' | 'forum'>('text');
  const [category, setCategory] = useState(categoryId ?? '');
  const submission = useSubmit();
  const categories = guild?.tree.categories ?? [];
  const work = async (): Promise<void> => {
    const channelId = await gateway.communities.createChannel(guildId, {
      name: toChannelName(name),
      kind,
      ...(topic.trim() !== '' && { topic: topic.trim() }),
      ...(category !== '' && { category }),
    });
    handleClose();
    navigate(buildGuildPath(guildId, channelId));
  };
  return (
    <Dialog title={t('channel.create')} description={t('channel.createText')} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={t('channel.createSubmit')}
        canSubmit={toChannelName(name) !== ''}
        handleClose={handleClose}
        work={work}
      >
        <ChoiceGroup
          label={t('channel.kind')}
          layout="lines"
          choices={[
            { value: 'text', label: t('channel.kindText'), hint: t('channel.kindTextHint') },
            { value: 'forum', label: t('channel.kindForum'), hint: t('channel.kindForumHint') },
          ]}
          value={kind}
          handleChange={setKind}
        />
        <TextField
          label={t('common.name')}
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder={t('channel.nameExample')}
          hint={
            toChannelName(name) !== name && toChannelName(name) !== '' ? (
              <span className={styles.preview}>
                <Hash size={13} aria-hidden /> {toChannelName(name)}
              </span>
            ) : undefined
          }
          maxLength={longestName}
          autoFocus
          required
        />
        <TextField
          label={t('channel.topicOptional')}
          value={topic}
          onChange={(event) => setTopic(event.target.value)}
          maxLength={longestTopic}
        />
        {categories.length > 0 && (
          <label className={styles.field}>
            <span className={styles.label}>{t('channel.category')}</span>
            <select
              className={styles.select}
              value={category}
              onChange={(event) => setCategory(event.target.value)}
            >
              <option value="">{t('channel.noCategory')}</option>
              {categories.map(({ categoryId: id, name: categoryName }) => (
                <option key={id} value={id}>
                  {categoryName}
                </option>
              ))}
            </select>
          </label>
        )}
      </SubmitForm>
    </Dialog>
  );
}

/** Channel names are one word in a list: spaces become hyphens. */
function toChannelName(typed: string): string {
  return typed.trim().replace(/\s+/g, '-').toLocaleLowerCase();
}

interface CreateCategoryDialogProps {
  readonly guildId: string;
  readonly handleClose: () => void;
}

export function CreateCategoryDialog({ guildId, handleClose }: CreateCategoryDialogProps) {
  const { communities } = useGateway();
  const [name, setName] = useState('');
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    await communities.createChannel(guildId, { name: name.trim(), kind: 'category' });
    handleClose();
  };
  return (
    <Dialog title={t('category.create')} description={t('category.createText')} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={t('category.createSubmit')}
        canSubmit={name.trim() !== ''}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          label={t('common.name')}
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder={t('category.example')}
          maxLength={longestName}
          autoFocus
          required
        />
      </SubmitForm>
    </Dialog>
  );
}
