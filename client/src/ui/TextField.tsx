import { type ComponentProps, type ReactNode, useId } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './TextField.module.css';

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** A control at the end of the field, inside its frame. */
  readonly trailing?: ReactNode;
}

/** A labelled line of text with room for a hint or for what is wrong with it. */
export function TextField({ label, hint, error, trailing, className, ...input }: TextFieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={joinClasses(styles.field, className)}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <span className={styles.frame}>
        <input
          {...input}
          id={id}
          className={styles.input}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={note === undefined ? undefined : `${id}-note`}
        />
        {trailing}
      </span>
      {note !== undefined && (
        <p id={`${id}-note`} className={joinClasses(styles.note, error !== undefined && styles.error)}>
          {note}
        </p>
      )}
    </div>
  );
}

interface TextAreaFieldProps extends Omit<ComponentProps<'textarea'>, 'id'> {
  readonly label: string;
  readonly hint?: ReactNode;
}

/** A labelled field for a few lines of text. */
export function TextAreaField({ label, hint, className, ...textarea }: TextAreaFieldProps) {
  const id = useId();
  return (
    <div className={joinClasses(styles.field, className)}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <span className={styles.frame}>
        <textarea
          {...textarea}
          id={id}
          className={joinClasses(styles.input, styles.area)}
          aria-describedby={hint === undefined ? undefined : `${id}-note`}
        />
      </span>
      {hint !== undefined && (
        <p id={`${id}-note`} className={styles.note}>
          {hint}
        </p>
      )}
    </div>
  );
}
