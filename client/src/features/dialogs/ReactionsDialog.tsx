import { Tabs } from '@base-ui/react/tabs';
import { t } from '../../lib/i18n/translate.ts';
import type { Reaction } from '../../matrix/types.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { ReactionSign } from '../timeline/ReactionSign.tsx';
import styles from './ReactionsDialog.module.css';

interface ReactionsDialogProps {
  readonly reactions: readonly Reaction[];
  readonly handleClose: () => void;
}

/** Who reacted to a message, and how. */
export function ReactionsDialog({ reactions, handleClose }: ReactionsDialogProps) {
  return (
    <Dialog title={t('message.reactions')} handleClose={handleClose}>
      <Tabs.Root defaultValue={reactions[0]?.key} className={styles.root}>
        <Tabs.List className={styles.tabs} aria-label={t('message.reactions')}>
          {reactions.map(({ key, count }) => (
            <Tabs.Tab
              key={key}
              value={key}
              className={styles.tab}
              aria-label={t('message.reactionCount', { emoji: key, count })}
            >
              <ReactionSign reaction={key} /> <span className={styles.count}>{count}</span>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {reactions.map(({ key, people }) => (
          <Tabs.Panel key={key} value={key} className={styles.panel}>
            <ul>
              {people.map(({ userId, name, avatarMxc }) => (
                <li key={userId} className={styles.person}>
                  <MediaAvatar id={userId} name={name} mxc={avatarMxc} size={32} />
                  <span className={styles.name}>{name}</span>
                </li>
              ))}
            </ul>
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </Dialog>
  );
}
