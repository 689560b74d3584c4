import { SmilePlus } from 'lucide-react';
import { joinNames } from '../../lib/i18n/join-names.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import type { Person, Reaction } from '../../matrix/types.ts';
import { Tooltip } from '../../ui/Tooltip.tsx';
import styles from './ReactionBar.module.css';
import { ReactionSign } from './ReactionSign.tsx';

interface ReactionBarProps {
  readonly reactions: readonly Reaction[];
  readonly ownUserId: string;
  readonly canReact: boolean;
  readonly handleToggle: (key: string) => void;
  readonly handleAdd: () => void;
}

/** The reactions under a message; ours stand out and can be taken back. */
export function ReactionBar({ reactions, ownUserId, canReact, handleToggle, handleAdd }: ReactionBarProps) {
  return (
    <ul className={styles.bar} aria-label={t('message.reactions')}>
      {reactions.map(({ key, count, people, ownEventId }) => (
        <li key={key}>
          <Tooltip
            text={t('message.reactedWith', { names: joinNames(listNames(people, ownUserId), 4), emoji: key })}
          >
            <button
              type="button"
              className={joinClasses(styles.reaction, ownEventId !== undefined && styles.own)}
              aria-pressed={ownEventId !== undefined}
              aria-label={t('message.reactionCount', { emoji: key, count })}
              disabled={!canReact}
              onClick={() => handleToggle(key)}
            >
              <span className={styles.emoji}>
                <ReactionSign reaction={key} />
              </span>
              <span className={styles.count}>{count}</span>
            </button>
          </Tooltip>
        </li>
      ))}
      {canReact && (
        <li>
          <button
            type="button"
            className={joinClasses(styles.reaction, styles.add)}
            aria-label={t('message.reactAnother')}
            onClick={handleAdd}
          >
            <SmilePlus size={16} strokeWidth={1.75} aria-hidden />
          </button>
        </li>
      )}
    </ul>
  );
}

function listNames(people: readonly Person[], ownUserId: string): readonly string[] {
  return people.map(({ userId, name }) => (userId === ownUserId ? t('message.you') : name));
}
