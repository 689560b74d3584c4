import { joinNames } from '../../matrix/timeline-items.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './TypingLine.module.css';

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
            <strong>{names.length > 3 ? 'Several people' : joinNames(names)}</strong>{' '}
            {names.length === 1 ? 'is' : 'are'} typing…
          </span>
        </>
      )}
    </p>
  );
}
