import { Hash } from 'lucide-react';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { InlineImage } from '../timeline/InlineImage.tsx';
import styles from './CompletionList.module.css';
import type { Completion } from './use-completions.ts';

interface CompletionListProps {
  readonly completions: readonly Completion[];
  readonly selected: number;
  readonly handlePick: (completion: Completion) => void;
}

/** What fits what is being typed. The keys stay with the text. */
export function CompletionList({ completions, selected, handlePick }: CompletionListProps) {
  return (
    <div
      id="completion-list"
      className={styles.list}
      role="listbox"
      aria-label={t(labels[completions[0]?.kind ?? 'person'])}
    >
      {completions.map((completion, index) => (
        <div
          key={completion.key}
          id={`completion-${index}`}
          className={joinClasses(styles.entry, index === selected && styles.selected)}
          role="option"
          tabIndex={-1}
          aria-selected={index === selected}
          // The text keeps the focus: a press, not a click, picks.
          onPointerDown={(event) => {
            event.preventDefault();
            handlePick(completion);
          }}
        >
          <Entry completion={completion} />
        </div>
      ))}
    </div>
  );
}

const labels = {
  person: 'composer.mentionList',
  channel: 'composer.channelList',
  emoji: 'composer.emojiList',
  'custom-emoji': 'composer.emojiList',
  command: 'composer.commandList',
} as const;

function Entry({ completion }: { readonly completion: Completion }) {
  switch (completion.kind) {
    case 'person': {
      const { userId, name, avatarMxc } = completion.person;
      return (
        <>
          <MediaAvatar id={userId} name={name} mxc={avatarMxc} size={24} />
          <span className={styles.name}>{name}</span>
          <span className={styles.note}>{userId}</span>
        </>
      );
    }
    case 'channel':
      return (
        <>
          <Hash className={styles.sign} size={18} strokeWidth={1.75} aria-hidden />
          <span className={styles.name}>{completion.channel.name}</span>
          <span className={styles.note}>{completion.channel.guildName}</span>
        </>
      );
    case 'emoji':
      return (
        <>
          <span className={styles.emoji}>{completion.emoji.emoji}</span>
          <span className={styles.name}>{completion.emoji.label}</span>
        </>
      );
    case 'custom-emoji': {
      const { shortcode, mxc } = completion.emoji;
      return (
        <>
          <span className={styles.emoji}>
            <InlineImage mxc={mxc} alt="" isEmoticon />
          </span>
          <span className={styles.name}>:{shortcode}:</span>
        </>
      );
    }
    case 'command': {
      const { name, label, hint } = completion.command;
      return (
        <>
          <span className={styles.name}>
            /{name} {hint && <span className={styles.hint}>{t(hint)}</span>}
          </span>
          <span className={styles.note}>{t(label)}</span>
        </>
      );
    }
  }
}
