import { SmilePlus } from 'lucide-react';
import { joinClasses } from '../../lib/join-classes.ts';
import { joinNames } from '../../matrix/timeline-items.ts';
import type { Reaction } from '../../matrix/types.ts';
import { Tooltip } from '../../ui/Tooltip.tsx';
import styles from './ReactionBar.module.css';

interface ReactionBarProps {
  readonly reactions: readonly Reaction[];
  readonly canReact: boolean;
  readonly handleToggle: (key: string) => void;
  readonly handleAdd: () => void;
}

/** The reactions under a message; ours stand out and can be taken back. */
export function ReactionBar({ reactions, canReact, handleToggle, handleAdd }: ReactionBarProps) {
  return (
    <ul className={styles.bar} aria-label="Reactions">
      {reactions.map(({ key, count, names, ownEventId }) => (
        <li key={key}>
          <Tooltip text={`${joinNames(names, 4)} reacted with ${key}`}>
            <button
              type="button"
              className={joinClasses(styles.reaction, ownEventId !== undefined && styles.own)}
              aria-pressed={ownEventId !== undefined}
              aria-label={`${key}, ${count} ${count === 1 ? 'reaction' : 'reactions'}`}
              disabled={!canReact}
              onClick={() => handleToggle(key)}
            >
              <span className={styles.emoji}>{key}</span>
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
            aria-label="Add another reaction"
            onClick={handleAdd}
          >
            <SmilePlus size={16} strokeWidth={1.75} aria-hidden />
          </button>
        </li>
      )}
    </ul>
  );
}
