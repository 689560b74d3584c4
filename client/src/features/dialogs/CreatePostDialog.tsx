import { useState } from 'react';
import { openPanel } from '../../app/panel-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextAreaField, TextField } from '../../ui/TextField.tsx';
import { changeComposer, clearComposer, useComposer } from '../composer/composer-store.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './CreatePostDialog.module.css';
import { SubmitForm } from './SubmitForm.tsx';
import { useSubmit } from './use-submit.ts';

const longestTitle = 120;
const longestText = 20_000;

interface CreatePostDialogProps {
  readonly channelId: string;
  readonly handleClose: () => void;
}

/** Makes a post in a forum, and opens it. */
export function CreatePostDialog({ channelId, handleClose }: CreatePostDialogProps) {
  const gateway = useGateway();
  const channel = useStore(gateway.channel(channelId));
  const offered = channel?.forumTags ?? [];
  const [title, setTitle] = useState('');
  const draftId = `new-post ${channelId}`;
  const { text } = useComposer(draftId);
  const [tags, setTags] = useState<readonly string[]>([]);
  const submission = useSubmit();
  const work = async (): Promise<void> => {
    const rootId = await gateway.messages.makePost(channelId, { title: title.trim(), text, tags });
    clearComposer(draftId);
    handleClose();
    openPanel({ kind: 'thread', channelId, rootId });
  };
  const toggle = (tagId: string): void =>
    setTags(tags.includes(tagId) ? tags.filter((other) => other !== tagId) : [...tags, tagId]);
  return (
    <Dialog title={t('forum.new')} handleClose={handleClose}>
      <SubmitForm
        submission={submission}
        submitLabel={t('forum.make')}
        canSubmit={title.trim() !== ''}
        handleClose={handleClose}
        work={work}
      >
        <TextField
          label={t('forum.title')}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          maxLength={longestTitle}
          autoFocus
          required
        />
        <TextAreaField
          label={t('forum.text')}
          value={text}
          onChange={(event) => changeComposer(draftId, { text: event.target.value })}
          maxLength={longestText}
          rows={6}
        />
        {offered.length > 0 && (
          <fieldset className={styles.tags}>
            <legend className={styles.legend}>{t('forum.tags')}</legend>
            {offered.map(({ tagId, name }) => (
              <label key={tagId} className={styles.tag}>
                <input type="checkbox" checked={tags.includes(tagId)} onChange={() => toggle(tagId)} />
                {name}
              </label>
            ))}
          </fieldset>
        )}
      </SubmitForm>
    </Dialog>
  );
}
