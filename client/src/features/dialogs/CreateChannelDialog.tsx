import { Hash } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { buildGuildPath } from '../../app/paths.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './CreateChannelDialog.module.css';
import { DialogForm } from './DialogForm.tsx';
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
  const [category, setCategory] = useState(categoryId ?? '');
  const submission = useSubmit();
  const categories = guild?.tree.categories ?? [];
  const work = async (): Promise<void> => {
    const channelId = await gateway.communities.createChannel(guildId, {
      name: toChannelName(name),
      kind: 'text',
      ...(topic.trim() !== '' && { topic: topic.trim() }),
      ...(category !== '' && { category }),
    });
    handleClose();
    navigate(buildGuildPath(guildId, channelId));
  };
  return (
    <Dialog
      title="Create a channel"
      description="One channel for one subject keeps a guild easy to read."
      handleClose={handleClose}
    >
      <DialogForm
        submission={submission}
        submitLabel="Create channel"
        canSubmit={toChannelName(name) !== ''}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          label="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="evening-plans"
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
          label="Topic (optional)"
          value={topic}
          onChange={(event) => setTopic(event.target.value)}
          maxLength={longestTopic}
        />
        {categories.length > 0 && (
          <label className={styles.field}>
            <span className={styles.label}>Category</span>
            <select
              className={styles.select}
              value={category}
              onChange={(event) => setCategory(event.target.value)}
            >
              <option value="">No category</option>
              {categories.map(({ categoryId: id, name: categoryName }) => (
                <option key={id} value={id}>
                  {categoryName}
                </option>
              ))}
            </select>
          </label>
        )}
      </DialogForm>
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
    <Dialog
      title="Create a category"
      description="A heading for channels that belong together."
      handleClose={handleClose}
    >
      <DialogForm
        submission={submission}
        submitLabel="Create category"
        canSubmit={name.trim() !== ''}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          label="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="Game nights"
          maxLength={longestName}
          autoFocus
          required
        />
      </DialogForm>
    </Dialog>
  );
}
