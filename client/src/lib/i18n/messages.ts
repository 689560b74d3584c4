import type { en } from '../../locales/en.ts';

type English = typeof en;

/** The messages that count something: they have a form for each plural category of a language. */
type CountedKey = keyof English extends infer Key
  ? Key extends `${infer Name}_other`
    ? Name
    : never
  : never;

/** Everything that the client can say. */
export type MessageKey = Exclude<keyof English, `${CountedKey}_${'one' | 'other'}`> | CountedKey;

/** All messages in a language; `More` are the plural categories that it has beside `one` and `other`. */
export type Messages<More extends string = never> = Readonly<
  Record<keyof English, string> & Record<`${CountedKey}_${More}`, string>
>;

type Text<Key extends MessageKey> = Key extends keyof English
  ? English[Key]
  : Key extends CountedKey
    ? English[`${Key}_other`]
    : never;

type Placeholder<Words> = Words extends `${string}{{${infer Mark}}}${infer Rest}`
  ? (Mark extends `${infer Name}, ${string}` ? Name : Mark) | Placeholder<Rest>
  : never;

type Required<Key extends MessageKey> = Placeholder<Text<Key>> | (Key extends CountedKey ? 'count' : never);

/** What has to be filled into a message: nothing, or its values by name. `count` is a number, and chooses the plural. */
export type MessageValues<Key extends MessageKey> = [Required<Key>] extends [never]
  ? readonly []
  : readonly [Readonly<{ [Name in Required<Key>]: Name extends 'count' ? number : string | number }>];

/** A message that needs nothing filled in. */
export type PlainMessageKey = {
  [Key in MessageKey]: [Required<Key>] extends [never] ? Key : never;
}[MessageKey];
