import styles from './MentionPill.module.css';

/** How many messages were meant for you. Decoration: the label beside it says the number. */
export function MentionPill({ count }: { readonly count: number }) {
  return <span className={styles.pill} data-count={count > 99 ? '99+' : count} aria-hidden />;
}
