/** A document that people must accept before they make an account, in one language. */
export interface Policy {
  /** The same for its translations, for instance `privacy_policy`. */
  readonly id: string;
  readonly version: string;
  /** As in `en` or `de-AT`. */
  readonly language: string;
  readonly name: string;
  readonly url: string;
}

export const TERMS_STAGE = 'm.login.terms';

/** The documents that people must accept before they make an account: terms of service, privacy policy. */
export class Policies {
  readonly list: readonly Policy[];

  constructor(list: readonly Policy[]) {
    this.list = list;
  }

  /** The stages that ask for them. */
  get stages(): readonly string[] {
    return this.list.length === 0 ? [] : [TERMS_STAGE];
  }

  /** What clients have to know to ask for them. Source: Client-Server API v1.19, "Terms of service at registration". */
  get params(): Readonly<Record<string, object>> {
    if (this.list.length === 0) return {};
    const policies: Record<string, Record<string, unknown>> = {};
    for (const { id, version, language, name, url } of this.list) {
      policies[id] = { ...policies[id], version, [language]: { name, url } };
    }
    return { [TERMS_STAGE]: { policies } };
  }

  /** The version of each, for the account of somebody who accepts them all. */
  get versions(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.list.map(({ id, version }) => [id, version]));
  }
}
