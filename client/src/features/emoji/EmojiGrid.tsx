import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, use, useMemo, useRef, useState } from 'react';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { readLanguage, t } from '../../lib/i18n/translate.ts';
import { TextField } from '../../ui/TextField.tsx';
import styles from './EmojiGrid.module.css';
import { type Emoji, type EmojiGroup, searchEmoji } from './emoji-data.ts';
import { loadEmoji } from './load-emoji.ts';

const columns = 9;
const rowHeight = 36;
const captionHeight = 30;

type GridRow =
  | { readonly type: 'caption'; readonly key: PlainMessageKey }
  | { readonly type: 'emoji'; readonly key: string; readonly emoji: readonly Emoji[] };

/** Every emoji, by group or by what was searched for. */
export default function EmojiGrid({ handlePick }: { readonly handlePick: (emoji: string) => void }) {
  const groups = use(loadEmoji(readLanguage()));
  const [typed, setTyped] = useState('');
  const rows = useMemo(() => listRows(groups, typed), [groups, typed]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.type === 'caption' ? captionHeight : rowHeight),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 4,
  });
  const handleKey = (event: KeyboardEvent): void => {
    const first = searchEmoji(groups, typed)[0];
    if (event.key !== 'Enter' || !first) return;
    event.preventDefault();
    handlePick(first.emoji);
  };
  return (
    <div className={styles.grid}>
      <div className={styles.search}>
        <TextField
          label={t('emoji.search')}
          type="search"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={handleKey}
          autoComplete="off"
          autoFocus
        />
      </div>
      <div ref={scroller} className={styles.scroll}>
        {rows.length === 0 && <p className={styles.none}>{t('emoji.none')}</p>}
        <div className={styles.rows} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={row.key}
                  className={styles.row}
                  style={{ height: item.size, transform: `translateY(${item.start}px)` }}
                >
                  <GridRowView row={row} handlePick={handlePick} />
                </div>
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

function GridRowView({
  row,
  handlePick,
}: {
  readonly row: GridRow;
  readonly handlePick: (emoji: string) => void;
}) {
  if (row.type === 'caption') return <h3 className={styles.caption}>{t(row.key)}</h3>;
  return row.emoji.map(({ emoji, label }) => (
    <button
      key={emoji}
      type="button"
      className={styles.emoji}
      aria-label={label}
      title={label}
      onClick={() => handlePick(emoji)}
    >
      {emoji}
    </button>
  ));
}

function listRows(groups: readonly EmojiGroup[], typed: string): readonly GridRow[] {
  if (typed.trim() !== '') return splitRows('search', searchEmoji(groups, typed));
  return groups.flatMap(({ name, emoji }): readonly GridRow[] => [
    { type: 'caption', key: name },
    ...splitRows(name, emoji),
  ]);
}

function splitRows(name: string, emoji: readonly Emoji[]): readonly GridRow[] {
  const rows: GridRow[] = [];
  for (let index = 0; index < emoji.length; index += columns) {
    rows.push({ type: 'emoji', key: `${name}-${index}`, emoji: emoji.slice(index, index + columns) });
  }
  return rows;
}
