import { type ReactNode, useId } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './ChoiceGroup.module.css';

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
  /** What it looks like, above its name. */
  readonly picture?: ReactNode;
}

interface ChoiceGroupProps<Value extends string> {
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  /** Cards beside each other, or lines below each other. */
  readonly layout?: 'cards' | 'lines';
  readonly isDisabled?: boolean;
  readonly handleChange: (value: Value) => void;
}

/** One of a few, all of them in sight. */
export function ChoiceGroup<Value extends string>({
  label,
  choices,
  value,
  layout = 'cards',
  isDisabled = false,
  handleChange,
}: ChoiceGroupProps<Value>) {
  const name = useId();
  return (
    <fieldset className={styles.group} disabled={isDisabled}>
      <legend className={styles.legend}>{label}</legend>
      <div className={styles[layout]}>
        {choices.map((choice) => (
          <label
            key={choice.value}
            className={joinClasses(styles.choice, choice.value === value && styles.chosen)}
          >
            {choice.picture}
            <span className={styles.line}>
              <input
                type="radio"
                className={styles.radio}
                name={name}
                value={choice.value}
                checked={choice.value === value}
                onChange={() => handleChange(choice.value)}
              />
              <span>
                {choice.label}
                {choice.hint !== undefined && <span className={styles.hint}>{choice.hint}</span>}
              </span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
