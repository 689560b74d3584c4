import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import styles from './CodeBlock.module.css';

interface CodeBlockProps {
  readonly code: string;
  readonly language: string | undefined;
}

/** Code as it was written, with its language and a way to copy it. */
export function CodeBlock({ code, language }: CodeBlockProps) {
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
      <pre className={styles.code}>{code}</pre>
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
