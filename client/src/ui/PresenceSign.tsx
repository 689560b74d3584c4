import { t } from '../lib/i18n/translate.ts';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './PresenceSign.module.css';

const words = {
  online: 'presence.online',
  idle: 'presence.idle',
  dnd: 'presence.dnd',
  offline: 'presence.offline',
} as const;

/** Presence as a colour and as a shape: disc, moon, bar, ring. */
export function PresenceSign({ presence }: { readonly presence: keyof typeof words }) {
  return (
    <svg
      className={joinClasses(styles.sign, styles[presence])}
      width="14"
      height="14"
      viewBox="0 0 14 14"
      aria-hidden
    >
      <circle cx="7" cy="7" r="7" className={styles.edge} />
      {presence === 'online' && <circle cx="7" cy="7" r="4.5" fill="currentColor" />}
      {presence === 'idle' && (
        <path d="M5.6 2.7a4.5 4.5 0 1 0 5.7 5.7A4 4 0 0 1 5.6 2.7z" fill="currentColor" />
      )}
      {presence === 'dnd' && <rect x="2.5" y="5" width="9" height="4" rx="1.5" fill="currentColor" />}
      {presence === 'offline' && (
        <circle cx="7" cy="7" r="3.5" fill="none" stroke="currentColor" strokeWidth="2" />
      )}
    </svg>
  );
}

/** The word for a presence. */
export function describePresence(presence: keyof typeof words): string {
  return t(words[presence]);
}
