import { Fragment, type ReactNode } from 'react';

/** What a translation never contains. */
const mark = '\u0001';

interface PhraseProps<Name extends string> {
  /** Says the sentence with these texts in it. */
  readonly say: (parts: Readonly<Record<Name, string>>) => string;
  readonly parts: Readonly<Record<Name, ReactNode>>;
}

/** A sentence with elements in it, which stand wherever the reader's language puts them. */
export function Phrase<Name extends string>({ say, parts }: PhraseProps<Name>) {
  const names = Object.keys(parts) as Name[];
  const marked = Object.fromEntries(names.map((name) => [name, `${mark}${name}${mark}`]));
  return say(marked as Record<Name, string>)
    .split(mark)
    .map((piece, index) => <Fragment key={piece}>{index % 2 === 0 ? piece : parts[piece as Name]}</Fragment>);
}
