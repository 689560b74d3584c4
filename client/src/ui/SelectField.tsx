import { useId } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './SelectField.module.css';

interface SelectFieldProps<Value extends string> {
  readonly label: string;
  /** Whether the label is only read out: something else says it. */
  readonly hidesLabel?: boolean;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  readonly isDisabled?: boolean;
  readonly className?: string | undefined;
  readonly handleChange: (value: Value) => void;
}

/** One of several, in little room. */
export function SelectField<Value extends string>({
  label,
  hidesLabel = false,
  choices,
  value,
  isDisabled = false,
  className,
  handleChange,
}: SelectFieldProps<Value>) {
  const id = useId();
  const handleSelect = (selected: string): void => {
    const choice = choices.find((candidate) => candidate.value === selected);
    if (choice) handleChange(choice.value);
  };
  return (
    <div className={joinClasses(styles.field, className)}>
      {!hidesLabel && (
        <label className={styles.label} htmlFor={id}>
          {label}
        </label>
      )}
      <select
        id={id}
        className={styles.select}
        aria-label={hidesLabel ? label : undefined}
        value={value}
        disabled={isDisabled}
        onChange={(event) => handleSelect(event.target.value)}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  );
}
