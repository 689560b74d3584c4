import { memo, type ReactNode, useMemo } from 'react';
import { openDialog } from '../../app/dialog-store.ts';
import { isEmojiOnly } from '../../lib/emoji-only.ts';
import { linkify } from '../../lib/html/linkify.ts';
import { type HtmlComponents, renderHtml } from '../../lib/html/render-html.ts';
import { sanitizeHtml } from '../../lib/html/sanitize-html.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import type { TextContent } from '../../matrix/types.ts';
import { CodeBlock } from './CodeBlock.tsx';
import styles from './FormattedText.module.css';
import { InlineImage } from './InlineImage.tsx';
import { Spoiler } from './Spoiler.tsx';
import { TextLink } from './TextLink.tsx';

interface FormattedTextProps {
  readonly content: TextContent;
  readonly roomId: string;
  /** What follows the text on its last line. */
  readonly trailing?: ReactNode;
}

/** The text of a message: its cleaned HTML, or plain text with its addresses made links. */
export const FormattedText = memo(function FormattedText({ content, roomId, trailing }: FormattedTextProps) {
  const { html, body } = content;
  const rendered = useMemo(
    () => (html === undefined ? renderPlain(body) : renderHtml(sanitizeHtml(html), createComponents(roomId))),
    [html, body, roomId],
  );
  const isLarge = isEmojiOnly(body);
  return (
    <div
      className={joinClasses(
        styles.text,
        html === undefined && styles.plain,
        isLarge && styles.large,
        content.style === 'notice' && styles.notice,
      )}
      dir="auto"
    >
      {rendered}
      {trailing}
    </div>
  );
});

function renderPlain(body: string): ReactNode[] {
  return linkify(body).map((part) => {
    if (part.type === 'text') return part.text;
    return (
      <TextLink key={part.start} href={part.href}>
        {part.text}
      </TextLink>
    );
  });
}

function createComponents(roomId: string): HtmlComponents {
  return {
    link: (key, href, children) => (
      <TextLink key={key} href={href}>
        {children}
      </TextLink>
    ),
    mention: (key, userId, children) => (
      <button
        key={key}
        type="button"
        className={styles.mention}
        onClick={() => openDialog({ kind: 'person', userId, roomId })}
      >
        {children}
      </button>
    ),
    spoiler: (key, reason, children) => (
      <Spoiler key={key} reason={reason}>
        {children}
      </Spoiler>
    ),
    codeBlock: (key, code, language) => <CodeBlock key={key} code={code} language={language} />,
    image: (key, mxc, alt, isEmoticon) => (
      <InlineImage key={key} mxc={mxc} alt={alt} isEmoticon={isEmoticon} />
    ),
  };
}
