import styles from './Spinner.module.css';
import { VisuallyHidden } from './VisuallyHidden.tsx';

/** A small sign that something is under way; says so to screen readers only when it is given a label. */
export function Spinner({ label, size = 16 }: { readonly label?: string; readonly size?: number }) {
  const ring = <span aria-hidden className={styles.spinner} style={{ width: size, height: size }} />;
  if (label === undefined) return ring;
  return (
    <span role="status">
      {ring}
      <VisuallyHidden>{label}</VisuallyHidden>
    </span>
  );
}
