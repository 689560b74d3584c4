import type { CSSProperties, ReactNode } from 'react';
import { buildInitials, pickHue } from '../lib/initials.ts';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './Avatar.module.css';

interface AvatarProps {
  /** What the colour is picked by: an ID, which does not change with the name. */
  readonly id: string;
  readonly name: string;
  /** Address of a picture; initials stand in until there is one. */
  readonly src?: string | undefined;
  readonly size?: number;
  readonly shape?: 'circle' | 'squircle';
  /** A small sign at the corner, for presence. */
  readonly badge?: ReactNode;
}

/** The picture of a person or guild. Decoration: the name always stands beside it or in a label. */
export function Avatar({ id, name, src, size = 40, shape = 'circle', badge }: AvatarProps) {
  const style = { '--size': `${size}px`, '--hue': pickHue(id) } as CSSProperties;
  return (
    <span
      className={joinClasses(styles.avatar, badge !== undefined && styles.badged)}
      style={style}
      aria-hidden
    >
      <span
        className={joinClasses(styles.face, styles[shape])}
        data-initials={src === undefined ? buildInitials(name) : undefined}
      >
        {src !== undefined && <img src={src} alt="" draggable={false} />}
      </span>
      {badge !== undefined && <span className={styles.badge}>{badge}</span>}
    </span>
  );
}
