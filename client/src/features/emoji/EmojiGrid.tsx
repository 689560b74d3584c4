import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, use, useMemo, useRef, useState } from 'react';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { readLanguage, t } from '../../lib/i18n/translate.ts';
import type { CustomEmoji } from '../../lib/markdown/to-matrix.ts';
import { TextField } from '../../ui/TextField.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { InlineImage } from '../timeline/InlineImage.tsx';
import styles from './EmojiGrid.module.css';
import {
  type Emoji,
  type EmojiGroup,
  type PickedEmoji,
  searchCustomEmoji,
  searchEmoji,
} from './emoji-data.ts';
import { loadEmoji } from './load-emoji.ts';

const columns = 9;
const rowHeight = 36;
const captionHeight = 30;

/** Something to pick, and how it is called. */
interface Choice {
  readonly key: string;
  readonly label: string;
  readonly picked: PickedEmoji;
}

type GridRow =
  | { readonly type: 'caption'; readonly key: PlainMessageKey }
  | { readonly type: 'choices'; readonly key: string; readonly choices: readonly Choice[] };

interface EmojiGridProps {
  readonly channelId: string;
  readonly handlePick: (picked: PickedEmoji) => void;
}

/** Every emoji, by group or by what was searched for. */
export default function EmojiGrid({ channelId, handlePick }: EmojiGridProps) {
  const gateway = useGateway();
  const groups = use(loadEmoji(readLanguage()));
  const [typed, setTyped] = useState('');
  const [custom] = useState(() => gateway.listCustomEmoji(channelId));
  const rows = useMemo(() => listRows(custom, groups, typed), [custom, groups, typed]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.type === 'caption' ? captionHeight : rowHeight),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 4,
  });
  const handleKey = (event: KeyboardEvent): void => {
    const first = rows.find((row) => row.type === 'choices')?.choices[0];
    if (event.key !== 'Enter' || typed.trim() === '' || !first) return;
    event.preventDefault();
    handlePick(first.picked);
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

function GridRowView({ row, handlePick }: Pick<EmojiGridProps, 'handlePick'> & { readonly row: GridRow }) {
  if (row.type === 'caption') return <h3 className={styles.caption}>{t(row.key)}</h3>;
  return row.choices.map(({ key, label, picked }) => (
    <button
      key={key}
      type="button"
      className={styles.emoji}
      aria-label={label}
      title={label}
      onClick={() => handlePick(picked)}
    >
      {typeof picked === 'string' ? picked : <InlineImage mxc={picked.mxc} alt="" isEmoticon />}
    </button>
  ));
}

function listRows(
  custom: readonly CustomEmoji[],
  groups: readonly EmojiGroup[],
  typed: string,
): readonly GridRow[] {
  const ours = searchCustomEmoji(custom, typed).map(chooseCustom);
  if (typed.trim() !== '')
    return splitRows('search', [...ours, ...searchEmoji(groups, typed).map(chooseEmoji)]);
  return [
    ...listGroup('emoji.custom', ours),
    ...groups.flatMap(({ name, emoji }) => listGroup(name, emoji.map(chooseEmoji))),
  ];
}

function chooseCustom(emoji: CustomEmoji): Choice {
  return { key: emoji.mxc, label: `:${emoji.shortcode}:`, picked: emoji };
}

function chooseEmoji({ emoji, label }: Emoji): Choice {
  return { key: emoji, label, picked: emoji };
}

function listGroup(name: PlainMessageKey, choices: readonly Choice[]): readonly GridRow[] {
  if (choices.length === 0) return [];
  return [{ type: 'caption', key: name }, ...splitRows(name, choices)];
}

function splitRows(name: string, choices: readonly Choice[]): readonly GridRow[] {
  const rows: GridRow[] = [];
  for (let index = 0; index < choices.length; index += columns) {
    rows.push({ type: 'choices', key: `${name}-${index}`, choices: choices.slice(index, index + columns) });
  }
  return rows;
}
