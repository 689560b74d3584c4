import { canonicalJson, type JsonObject } from '../protocol/canonical-json.ts';

/** Whether two contents say the same; false for one without a canonical form. */
export function sameContent(one: JsonObject, other: JsonObject): boolean {
  try {
    return canonicalJson(one) === canonicalJson(other);
  } catch {
    return false;
  }
}
