import { CornerUpRight, Pencil, X } from 'lucide-react';
import { IconButton } from '../../ui/IconButton.tsx';
import type { ComposerState } from './composer-store.ts';
import styles from './ReferenceBanner.module.css';

interface ReferenceBannerProps {
  readonly composer: ComposerState;
  readonly handleCancel: () => void;
}

/** Which message is being answered or edited, above the text. */
export function ReferenceBanner({ composer, handleCancel }: ReferenceBannerProps) {
  const { editing, replyTo } = composer;
  if (!editing && !replyTo) return null;
  const Icon = editing ? Pencil : CornerUpRight;
  return (
    <div className={styles.banner}>
      <Icon size={15} strokeWidth={1.75} aria-hidden />
      <p className={styles.text}>
        {editing ? (
          <>
            Editing your message <span className={styles.hint}>· Escape leaves it as it was</span>
          </>
        ) : (
          <>
            Replying to <strong>{replyTo?.author.name}</strong>
          </>
        )}
      </p>
      <IconButton
        icon={X}
        label={editing ? 'Cancel the edit' : 'Cancel the reply'}
        size="small"
        onClick={handleCancel}
      />
    </div>
  );
}
