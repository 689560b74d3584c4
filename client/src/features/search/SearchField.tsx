import { Search, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { usePanel } from '../../app/panel-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import {
  addFilter,
  type FilterKind,
  type FilterWords,
  matchFilters,
  readDay,
  readOpenFilter,
  type SearchFilter,
} from './query.ts';
import styles from './SearchField.module.css';

/** How many choices are offered for a filter. */
const mostOffered = 8;

interface SearchFieldProps {
  readonly text: string;
  readonly filters: readonly SearchFilter[];
  /** Everything that filters can name. */
  readonly choices: readonly SearchFilter[];
  readonly handleChange: (text: string, filters: readonly SearchFilter[]) => void;
  readonly handleSubmit: (text: string, filters: readonly SearchFilter[]) => void;
  readonly handleEscape: () => void;
}

/** A line for words, with filters as chips: `from:` and its like offer what they may name. */
export function SearchField(props: SearchFieldProps) {
  const { text, filters, choices, handleChange, handleSubmit, handleEscape } = props;
  const words = readFilterWords();
  const open = readOpenFilter(text, words);
  const offered = open ? matchFilters([...choices, ...readTypedDay(open)], open).slice(0, mostOffered) : [];
  const [selected, setSelected] = useState(0);
  const chosen = offered[Math.min(selected, offered.length - 1)];
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const requests = usePanel((state) => state.requests);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every request for the panel asks for the focus.
  useEffect(() => input.current?.focus(), [requests]);

  const pick = (filter: SearchFilter): void => {
    setSelected(0);
    const nextFilters = addFilter(filters, filter);
    const rest = open?.rest ?? text;
    handleChange(rest, nextFilters);
    // With words there is something to look for already.
    if (rest.trim() !== '') handleSubmit(rest, nextFilters);
    input.current?.focus();
  };
  const remove = (filter: SearchFilter): void => {
    const others = filters.filter((other) => other !== filter);
    handleChange(text, others);
    handleSubmit(text, others);
    input.current?.focus();
  };
  const begin = (kind: FilterKind): void => {
    const space = text === '' || text.endsWith(' ') ? '' : ' ';
    handleChange(`${text}${space}${words[kind]}:`, filters);
    input.current?.focus();
  };
  const handleKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const last = filters.at(-1);
    const { length } = offered;
    if (event.key === 'ArrowDown' && length > 0) setSelected((selected + 1) % length);
    else if (event.key === 'ArrowUp' && length > 0) setSelected((selected + length - 1) % length);
    else if ((event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) && chosen) pick(chosen);
    else if (event.key === 'Enter') handleSubmit(text, filters);
    else if (event.key === 'Backspace' && text === '' && last) remove(last);
    else if (event.key === 'Escape' && open) handleChange(open.rest, filters);
    else if (event.key === 'Escape') handleEscape();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <search className={styles.field}>
      <div className={styles.frame}>
        <Search size={16} strokeWidth={1.75} aria-hidden />
        {filters.map((filter) => (
          <Chip key={`${filter.kind}:${filter.value}`} filter={filter} handleRemove={() => remove(filter)} />
        ))}
        <input
          ref={input}
          className={styles.input}
          role="combobox"
          aria-label={t('search.words')}
          aria-expanded={offered.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={chosen && `${listId}-${offered.indexOf(chosen)}`}
          placeholder={filters.length === 0 ? t('search.placeholder') : undefined}
          value={text}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setSelected(0);
            handleChange(event.target.value, filters);
          }}
          onKeyDown={handleKey}
        />
      </div>
      <div id={listId} className={styles.list} role="listbox" aria-label={t('search.filters')}>
        {offered.map((filter, index) => (
          <div
            key={filter.value}
            id={`${listId}-${index}`}
            className={joinClasses(styles.choice, filter === chosen && styles.selected)}
            role="option"
            tabIndex={-1}
            aria-selected={filter === chosen}
            onPointerMove={() => setSelected(index)}
            // The text keeps the focus: a press, not a click, picks.
            onPointerDown={(event) => {
              event.preventDefault();
              pick(filter);
            }}
          >
            <span className={styles.choiceName}>{filter.name}</span>
            {filter.kind === 'from' && <span className={styles.choiceId}>{filter.value}</span>}
          </div>
        ))}
      </div>
      {!open && (
        <div className={styles.kinds} role="toolbar" aria-label={t('search.addFilter')}>
          {offerKinds(choices).map((kind) => (
            <button key={kind} type="button" className={styles.kind} onClick={() => begin(kind)}>
              {words[kind]}:
            </button>
          ))}
        </div>
      )}
    </search>
  );
}

interface ChipProps {
  readonly filter: SearchFilter;
  readonly handleRemove: () => void;
}

function Chip({ filter, handleRemove }: ChipProps) {
  const text = `${readFilterWords()[filter.kind]}: ${filter.name}`;
  return (
    <span className={styles.chip}>
      <span className={styles.chipText}>{text}</span>
      <button
        type="button"
        className={styles.remove}
        aria-label={t('search.removeFilter', { filter: text })}
        onClick={handleRemove}
      >
        <X size={14} aria-hidden />
      </button>
    </span>
  );
}

function readFilterWords(): FilterWords {
  return {
    from: t('search.from'),
    in: t('search.in'),
    has: t('search.has'),
    before: t('search.before'),
    after: t('search.after'),
  };
}

/** The kinds of filters that have something to offer here. */
function offerKinds(choices: readonly SearchFilter[]): readonly FilterKind[] {
  return [...new Set(choices.map(({ kind }) => kind))];
}

/** A date that was written out is a choice of its own. */
function readTypedDay({
  kind,
  typed,
}: {
  readonly kind: FilterKind;
  readonly typed: string;
}): SearchFilter[] {
  if (kind !== 'before' && kind !== 'after') return [];
  return readDay(typed) === undefined ? [] : [{ kind, value: typed, name: typed }];
}
