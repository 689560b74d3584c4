import type { ReactNode } from 'react';
import type { Person } from '../../matrix/types.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import styles from './PersonHead.module.css';

interface PersonHeadProps {
  readonly person: Person;
  readonly badge?: ReactNode;
  readonly children?: ReactNode;
}

/** A person in a dialog: picture, name and, for those who want it, the user ID. */
export function PersonHead({ person, badge, children }: PersonHeadProps) {
  return (
    <div className={styles.head}>
      <MediaAvatar id={person.userId} name={person.name} mxc={person.avatarMxc} size={72} badge={badge} />
      <div className={styles.words}>
        <p className={styles.name}>{person.name}</p>
        <p className={styles.id}>{person.userId}</p>
        {children}
      </div>
    </div>
  );
}
