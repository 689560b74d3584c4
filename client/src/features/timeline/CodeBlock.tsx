import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { CodeToken } from '../../lib/highlight.ts';
import { t } from '../../lib/i18n/translate.ts';
import styles from './CodeBlock.module.css';

interface CodeBlockProps {
  readonly code: string;
  readonly language: string | undefined;
}

/** Code as it was written, with its language and a way to copy it. */
export function CodeBlock({ code, language }: CodeBlockProps) {
  const tokens = useTokens(code, language);
  const [isCopied, setIsCopied] = useState(false);
  const Icon = isCopied ? Check : Copy;
  const handleCopy = (): void => {
    navigator.clipboard.writeText(code).then(
      () => {
        setIsCopied(true);
        setTimeout(() => setIsCopied(false), 1500);
      },
      () => setIsCopied(false),
    );
  };
  return (
    <figure className={styles.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled, by keys as well. */}
      <pre className={styles.code} tabIndex={0}>
        {tokens
          ? tokens.map(({ kind, text }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move.
              <span key={index} className={styles[kind]}>
                {text}
              </span>
            ))
          : code}
      </pre>
      <figcaption className={styles.bar}>
        {language !== undefined && <span>{language}</span>}
        {navigator.clipboard !== undefined && (
          <button type="button" className={styles.copy} aria-label={t('code.copy')} onClick={handleCopy}>
            <Icon size={14} aria-hidden />
          </button>
        )}
      </figcaption>
    </figure>
  );
}

/** The pieces of code by their kind, once what reads them is loaded; without it the code stays in one colour. */
function useTokens(code: string, language: string | undefined): readonly CodeToken[] | undefined {
  const [tokens, setTokens] = useState<readonly CodeToken[]>();
  useEffect(() => {
    if (language === undefined) return;
    let isCurrent = true;
    import('../../lib/highlight.ts').then(
      ({ highlight }) => isCurrent && setTokens(highlight(code, language)),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [code, language]);
  return tokens;
}
