import { useState } from 'react';
import { useLocation } from 'wouter';
import { buildGuildPath } from '../../app/paths.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useGateway } from '../session/gateway-context.ts';
import styles from './CreateGuildDialog.module.css';
import { DialogForm } from './DialogForm.tsx';
import { useSubmit } from './use-submit.ts';

/** The longest name and topic that the server accepts. */
const longestName = 100;
const longestTopic = 1024;

export function CreateGuildDialog({ handleClose }: { readonly handleClose: () => void }) {
  const { communities } = useGateway();
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
    <Dialog
      title="Create a guild"
      description="A place for your people, with channels of its own. You can change everything later."
      handleClose={handleClose}
    >
      <DialogForm
        submission={submission}
        submitLabel="Create guild"
        canSubmit={name.trim() !== ''}
        handleClose={handleClose}
        work={work}
      >
        <div className={styles.name}>
          <Avatar id={name.trim() || 'guild'} name={name.trim() || 'G'} size={64} shape="squircle" />
          <TextField
            label="Name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="The Lantern Club"
            maxLength={longestName}
            autoFocus
            required
          />
        </div>
        <TextField
          label="What is it about? (optional)"
          value={topic}
          onChange={(event) => setTopic(event.target.value)}
          placeholder="Late tea, long games and the occasional play"
          maxLength={longestTopic}
        />
      </DialogForm>
    </Dialog>
  );
}
