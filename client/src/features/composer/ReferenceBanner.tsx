import { CornerUpRight, Pencil, X } from 'lucide-react';
import { t } from '../../lib/i18n/translate.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Phrase } from '../../ui/Phrase.tsx';
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
            {t('composer.editing')} <span className={styles.hint}>{t('composer.editingHint')}</span>
          </>
        ) : (
          <Phrase
            say={(parts) => t('composer.replyingTo', parts)}
            parts={{ name: <strong>{replyTo?.author.name}</strong> }}
          />
        )}
      </p>
      <IconButton
        icon={X}
        label={editing ? t('composer.cancelEdit') : t('composer.cancelReply')}
        size="small"
        onClick={handleCancel}
      />
    </div>
  );
}
