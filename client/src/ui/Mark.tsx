interface MarkProps {
  readonly size?: number;
  /** What the mark stands for; leave it out where the name is written beside it. */
  readonly label?: string;
}

/** The mark: a doorway arch with light in it. */
export function Mark({ size = 32, label }: MarkProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      role={label === undefined ? 'presentation' : 'img'}
      aria-hidden={label === undefined}
      aria-label={label}
    >
      <path
        d="M5 28.5V16a11 11 0 0 1 22 0v12.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.5"
        strokeLinecap="round"
      />
      <path
        d="M10.5 28.5V16a5.5 5.5 0 0 1 11 0v12.5a1.25 1.25 0 0 1-1.25 1.25h-8.5a1.25 1.25 0 0 1-1.25-1.25z"
        fill="var(--accent)"
      />
    </svg>
  );
}
