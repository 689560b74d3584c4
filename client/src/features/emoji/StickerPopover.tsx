import { Popover } from '@base-ui/react/popover';
import { t } from '../../lib/i18n/translate.ts';
import type { Sticker } from '../../matrix/image-packs.ts';
import { useMedia } from '../media/use-media.ts';
import styles from './StickerPopover.module.css';

interface StickerPopoverProps {
  readonly anchor: Element | null;
  readonly stickers: readonly Sticker[];
  readonly handlePick: (sticker: Sticker) => void;
  readonly handleClose: () => void;
}

/** A choice of stickers beside an element. Open as long as it is rendered. */
export function StickerPopover({ anchor, stickers, handlePick, handleClose }: StickerPopoverProps) {
  return (
    <Popover.Root open onOpenChange={(isOpen) => isOpen || handleClose()}>
      <Popover.Portal>
        <Popover.Positioner
          className={styles.positioner}
          anchor={anchor}
          side="top"
          align="start"
          sideOffset={8}
          collisionPadding={8}
        >
          <Popover.Popup className={styles.popup} aria-label={t('sticker.pick')}>
            {stickers.map((sticker) => (
              <button
                key={sticker.shortcode}
                type="button"
                className={styles.sticker}
                aria-label={sticker.body}
                title={sticker.body}
                onClick={() => {
                  handlePick(sticker);
                  handleClose();
                }}
              >
                <StickerImage sticker={sticker} />
              </button>
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function StickerImage({ sticker }: { readonly sticker: Sticker }) {
  const { url } = useMedia(sticker.mxc, { width: 160, height: 160, method: 'scale' });
  if (url === undefined) return <span className={styles.name}>{sticker.body}</span>;
  return <img className={styles.image} src={url} alt="" />;
}
