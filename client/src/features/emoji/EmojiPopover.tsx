import { Popover } from '@base-ui/react/popover';
import { Ellipsis } from 'lucide-react';
import { Suspense, useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { useLazy } from '../../lib/use-lazy.ts';
import { ErrorBoundary } from '../../ui/ErrorBoundary.tsx';
import { Spinner } from '../../ui/Spinner.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import styles from './EmojiPopover.module.css';
import { type PickedEmoji, quickReactions } from './emoji-data.ts';

const loadEmojiGrid = () => import('./EmojiGrid.tsx');

interface EmojiPopoverProps {
  readonly anchor: Element | null;
  /** The channel whose own emoji are offered beside those of everybody. */
  readonly channelId: string;
  readonly handlePick: (picked: PickedEmoji) => void;
  readonly handleClose: () => void;
  /** Begins with all emoji instead of the few that are used most. */
  readonly beginsWithAll?: boolean;
}

/** A choice of emoji beside an element: a few at first, all of them one click away. Open as long as it is rendered. */
export function EmojiPopover({
  anchor,
  channelId,
  handlePick,
  handleClose,
  beginsWithAll = false,
}: EmojiPopoverProps) {
  const [showsAll, setShowsAll] = useState(beginsWithAll);
  const EmojiGrid = useLazy(loadEmojiGrid);
  const pick = (picked: PickedEmoji): void => {
    handlePick(picked);
    handleClose();
  };
  return (
    <Popover.Root open onOpenChange={(isOpen) => isOpen || handleClose()}>
      <Popover.Portal>
        <Popover.Positioner
          className={styles.positioner}
          anchor={anchor}
          side="top"
          align="end"
          sideOffset={4}
          collisionPadding={8}
        >
          <Popover.Popup className={styles.popup} aria-label={t('emoji.pick')}>
            {showsAll ? (
              <ErrorBoundary fallback={<GridBroken />}>
                <Suspense fallback={<GridLoading />}>
                  <EmojiGrid channelId={channelId} handlePick={pick} />
                </Suspense>
              </ErrorBoundary>
            ) : (
              <div className={styles.quick}>
                {quickReactions.map((emoji) => (
                  <button
                    key={emoji}
                    type="button"
                    className={styles.emoji}
                    aria-label={t('emoji.reactWith', { emoji })}
                    onClick={() => pick(emoji)}
                  >
                    {emoji}
                  </button>
                ))}
                <button
                  type="button"
                  className={styles.emoji}
                  aria-label={t('emoji.more')}
                  onClick={() => setShowsAll(true)}
                >
                  <Ellipsis size={18} aria-hidden />
                </button>
              </div>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The emoji come with the first look at them, which needs the server. */
function GridBroken() {
  return (
    <div className={styles.loading}>
      <ErrorState size="panel" title={t('emoji.failed')}>
        {t('emoji.failedText')}
      </ErrorState>
    </div>
  );
}

function GridLoading() {
  return (
    <div className={styles.loading}>
      <Spinner size={24} label={t('emoji.loading')} />
    </div>
  );
}
