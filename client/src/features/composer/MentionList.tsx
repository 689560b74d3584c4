import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import type { Member } from '../../matrix/types.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import styles from './MentionList.module.css';

interface MentionListProps {
  readonly people: readonly Member[];
  readonly selected: number;
  readonly handlePick: (person: Member) => void;
}

/** The people whose name begins with what was typed after an `@`. The keys stay with the text. */
export function MentionList({ people, selected, handlePick }: MentionListProps) {
  return (
    <div id="mention-list" className={styles.list} role="listbox" aria-label={t('composer.mentionList')}>
      {people.map((person, index) => (
        <div
          key={person.userId}
          id={`mention-${index}`}
          className={joinClasses(styles.person, index === selected && styles.selected)}
          role="option"
          tabIndex={-1}
          aria-selected={index === selected}
          // The text keeps the focus: a press, not a click, picks a name.
          onPointerDown={(event) => {
            event.preventDefault();
            handlePick(person);
          }}
        >
          <MediaAvatar id={person.userId} name={person.name} mxc={person.avatarMxc} size={24} />
          <span className={styles.name}>{person.name}</span>
          <span className={styles.id}>{person.userId}</span>
        </div>
      ))}
    </div>
  );
}
