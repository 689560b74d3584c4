import { type ComponentProps, type RefObject, useLayoutEffect, useMemo, useRef } from 'react';
import { joinClasses } from '../../lib/join-classes.ts';
import { type MarkdownStyle, segmentMarkdown } from '../../lib/markdown/segments.ts';
import type { Names } from '../../lib/markdown/to-matrix.ts';
import styles from './MarkdownField.module.css';
import './slanted-font.css';

interface MarkdownFieldProps extends ComponentProps<'textarea'> {
  readonly ref: RefObject<HTMLTextAreaElement | null>;
  readonly value: string;
  /** The people, channels and emoji that the text names. */
  readonly names: Names;
}

/**
 * A text field that shows Markdown while it is typed.
 *
 * The text field itself is an ordinary one, so undo, input methods, correction, selection and screen readers are the
 * browser's own. Its letters are transparent; below it lies the same text, drawn with styles that make no letter wider:
 * colours, lines, strokes and slant. That holds in every browser, while editable elements with highlights differ in
 * what they do to undo, to line breaks and to input methods. The text below also gives the field its height.
 */
export function MarkdownField({ ref, value, names, className, ...props }: MarkdownFieldProps) {
  const segments = useMemo(() => segmentMarkdown(value, names), [value, names]);
  const scroll = useRef<HTMLDivElement>(null);
  // The browser looked for the caret before there was room for what was typed last.
  useLayoutEffect(() => {
    const isAtEnd = ref.current?.selectionEnd === value.length;
    if (isAtEnd && scroll.current) scroll.current.scrollTop = scroll.current.scrollHeight;
  }, [ref, value]);
  return (
    <div ref={scroll} className={joinClasses(styles.scroll, className)}>
      <div className={styles.drawing} aria-hidden dir="auto">
        {segments.map(({ text, styles: looks }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a segment is what stands at its place.
          <span key={index} className={looks.map((look: MarkdownStyle) => styles[look]).join(' ')}>
            {text}
          </span>
        ))}
        {/* A last line that is empty has its height as well. */}
        {'\u200b'}
      </div>
      <textarea {...props} ref={ref} className={styles.input} rows={1} value={value} dir="auto" />
    </div>
  );
}
