import { joinNames } from '../../lib/i18n/join-names.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Phrase } from '../../ui/Phrase.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './TypingLine.module.css';

/** Of more people than this nobody is named. */
const mostNamed = 3;

/** Who is writing right now. It always takes its line, so that nothing moves when somebody begins. */
export function TypingLine({ channelId }: { readonly channelId: string }) {
  const names = useStore(useGateway().typing(channelId));
  return (
    <p className={styles.line} role="status" aria-live="polite">
      {names.length > 0 && (
        <>
          <span className={styles.dots} aria-hidden>
            <span />
            <span />
            <span />
          </span>
          <span className={styles.text}>
            {names.length > mostNamed ? (
              t('timeline.severalTyping')
            ) : (
              <Phrase
                say={(parts) => t('timeline.typing', { ...parts, count: names.length })}
                parts={{ names: <strong>{joinNames(names)}</strong> }}
              />
            )}
          </span>
        </>
      )}
    </p>
  );
}
