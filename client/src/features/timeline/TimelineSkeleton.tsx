import { t } from '../../lib/i18n/translate.ts';
import { Skeleton } from '../../ui/Skeleton.tsx';
import styles from './TimelineSkeleton.module.css';

const messages = [
  { name: 96, lines: ['62%', '38%'] },
  { name: 72, lines: ['46%'] },
  { name: 120, lines: ['80%', '71%', '24%'] },
  { name: 88, lines: ['54%'] },
  { name: 104, lines: ['68%', '31%'] },
  { name: 80, lines: ['40%'] },
];

/** Messages that are on their way, in the layout that they will have. */
export function TimelineSkeleton({ size = 'full' }: { readonly size?: 'full' | 'small' }) {
  const shown = size === 'full' ? messages : messages.slice(0, 2);
  return (
    <div className={styles[size]} role="status" aria-label={t('timeline.loading')}>
      {shown.map(({ name, lines }) => (
        <div key={name} className={styles.message}>
          <Skeleton shape="circle" width={40} height={40} />
          <div className={styles.lines}>
            <Skeleton width={name} />
            {lines.map((width) => (
              <Skeleton key={width} width={width} height={12} />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
