import { parseJson } from './json-numbers.ts';
import { isJsonObject } from './json-values.ts';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Parses a JSON object while it comes: every element of the lists that it has under its keys as soon as it is there. So
 * a list of 50,000 events takes as long as `parseJson` on the whole, but never long at a time.
 */
export class JsonPieces {
  /** The text but for the elements of those lists, each of which has its place in `#lists` as its only element. */
  readonly #rest: Buffer[] = [];
  readonly #lists: unknown[][] = [];
  /** The element that is not complete yet. */
  #element: Buffer[] = [];
  /** The list that elements come for now. */
  #list: unknown[] | undefined;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** Takes the next part of the text, in UTF-8. @throws {SyntaxError} for an element that is no JSON. */
  add(bytes: Buffer): void {
    let from = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (this.#isInString) this.#passInString(byte);
      else if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_BRACE) this.#depth += 1;
      else if (byte === OPEN_BRACKET) {
        this.#depth += 1;
        if (this.#depth !== 2) continue;
        this.#rest.push(bytes.subarray(from, at + 1));
        from = at + 1;
        this.#beginList();
      } else if (byte === COMMA && this.#list !== undefined && this.#depth === 2) {
        this.#element.push(bytes.subarray(from, at));
        from = at + 1;
        this.#endElement(this.#list, false);
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (this.#list !== undefined && this.#depth === 2) {
          this.#element.push(bytes.subarray(from, at));
          from = at;
          this.#endElement(this.#list, true);
          this.#list = undefined;
        }
        this.#depth -= 1;
      }
    }
    (this.#list === undefined ? this.#rest : this.#element).push(bytes.subarray(from));
  }

  /**
   * The whole, when all of it was added: what `parseJson` makes of the text.
   *
   * @throws {SyntaxError} if the text is no JSON.
   */
  end(): unknown {
    const whole = parseJson(Buffer.concat(this.#rest).toString());
    if (Array.isArray(whole)) return whole.map((element) => this.#filled(element));
    if (!isJsonObject(whole)) return whole;
    const object: Record<string, unknown> = whole;
    for (const key of Object.keys(object)) object[key] = this.#filled(object[key]);
    return object;
  }

  #filled(value: unknown): unknown {
    return Array.isArray(value) ? this.#lists[value[0]] : value;
  }

  #passInString(byte: number | undefined): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInString = false;
  }

  #beginList(): void {
    this.#rest.push(Buffer.from(String(this.#lists.length)));
    this.#list = [];
    this.#lists.push(this.#list);
  }

  #endElement(list: unknown[], isLast: boolean): void {
    const text = Buffer.concat(this.#element).toString();
    this.#element = [];
    const isNone = isLast && list.length === 0 && text.trim() === '';
    if (!isNone) list.push(parseJson(text));
  }
}
