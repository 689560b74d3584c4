import { X } from 'lucide-react';
import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import type { ChannelDetails, ForumTag } from '../../matrix/types.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { SubmitForm } from '../dialogs/SubmitForm.tsx';
import { useSubmit } from '../dialogs/use-submit.ts';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsSection } from '../settings/SettingsFrame.tsx';
import styles from './ForumTagsSection.module.css';

const longestName = 40;
const mostTags = 20;

/** What the posts of a forum can be marked with. */
export function ForumTagsSection({ channel }: { readonly channel: ChannelDetails }) {
  const { channelId, forumTags = [], permissions } = channel;
  const { communities } = useGateway();
  const [typed, setTyped] = useState('');
  const submission = useSubmit();
  const name = typed.trim();
  const isTaken = forumTags.some((tag) => tag.name.toLocaleLowerCase() === name.toLocaleLowerCase());
  const save = (tags: readonly ForumTag[]): Promise<void> => communities.setForumTags(channelId, tags);
  const add = async (): Promise<void> => {
    await save([...forumTags, { tagId: crypto.getRandomValues(new Uint32Array(1)).join(''), name }]);
    setTyped('');
  };
  return (
    <SettingsSection title={t('forum.tags')} text={t('forum.tagsText')}>
      <ul className={styles.tags} aria-label={t('forum.tags')}>
        {forumTags.map((tag) => (
          <li key={tag.tagId} className={styles.tag}>
            {tag.name}
            {permissions.canSetForum && (
              <IconButton
                icon={X}
                size="small"
                label={t('forum.removeTag', { name: tag.name })}
                onClick={() => void submission.submit(() => save(forumTags.filter((other) => other !== tag)))}
              />
            )}
          </li>
        ))}
      </ul>
      <SubmitForm
        submission={submission}
        submitLabel={t('forum.addTag')}
        canSubmit={permissions.canSetForum && name !== '' && !isTaken && forumTags.length < mostTags}
        work={add}
      >
        <TextField
          label={t('forum.newTag')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          maxLength={longestName}
          disabled={!permissions.canSetForum}
        />
      </SubmitForm>
    </SettingsSection>
  );
}
