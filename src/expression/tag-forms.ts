import type { Cue } from './cue.js';

/** Tags that every reply may hold. */
const TAGS: Readonly<Record<string, string>> = {
  face: 'face',
  animation: 'animation',
  emotion: 'emotion',
  language: 'language',
  lang: 'language',
  vision: 'vision',
};
/** Elements whose inside is a model's own business. */
export const THOUGHTS = ['think', 'thinking', 'thought', 'reasoning', 'reflection', 'scratchpad'] as const;
/** Elements of which only the marks are dropped. */
export const ANSWER = 'answer';
/** Whether a tag of the user's own may not have this name. */
export function isReserved(name: string): boolean {
  const plain = name.toLowerCase();
  return Object.hasOwn(TAGS, plain) || plain === ANSWER || THOUGHTS.some((known) => known === plain);
}

/** The longest tag. */
const MAX_TAG = 300;
/** Attributes that hold the value of an XML tag, in this order; else the first that is no duration. */
const VALUE_ATTRIBUTES = ['name', 'value', 'source', 'code', 'lang'];
const DURATION_ATTRIBUTES = ['duration', 'durationms'];
const ATTRIBUTE = /([\w:.-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>/]+)))?/g;

/** An element of the text that is neither spoken nor shown. */
export interface Mark {
  readonly kind: 'cue' | 'open' | 'close' | 'dropped';
  readonly raw: string;
  /** Of an element. */
  readonly name: string;
  readonly cue: Cue | undefined;
}

/** What stands at a place: a mark, what may become one with more text, or nothing but text. */
export type Reading = Mark | 'partial' | 'text';

/** Knows the tags of one reply: the built-in ones and the user's own. */
export class TagForms {
  readonly #names = new Map<string, string>(Object.entries(TAGS));
  readonly #elements: ReadonlySet<string>;
  readonly #own: ReadonlySet<string>;

  /** @param own - names of the user's tags. @param spokenTag - element that holds what is spoken, if any. */
  constructor(own: readonly string[], spokenTag: string | undefined) {
    for (const name of own) this.#names.set(name.toLowerCase(), name);
    this.#own = new Set(own.map((name) => name.toLowerCase()));
    this.#elements = new Set([
      ...THOUGHTS,
      ANSWER,
      ...(spokenTag === undefined ? [] : [spokenTag.toLowerCase()]),
    ]);
  }

  /** `[face:joy]`, `[animation:wave,2.0]`, `[wink]` (own tags alone may go without a value), `[/face]`. */
  bracket(text: string): Reading {
    const near = text.slice(0, MAX_TAG + 1);
    const whole = /^\[(\/?)\s*([\p{L}\p{N}_.-]+)\s*(?:[:=：]([^[\]\n]*))?\]/u.exec(near);
    if (whole === null) return this.#mayBeBracket(text) ? 'partial' : 'text';
    const [raw, slash, written = '', value] = whole;
    // Not by the expression: blanks that it may give to either side would be tried on both.
    const given = value?.trim();
    const name = this.#names.get(written.toLowerCase());
    if (name === undefined || raw.length > MAX_TAG) return 'text';
    if (slash !== '') return { kind: 'dropped', raw, name, cue: undefined };
    if ((given === undefined || given === '') && !this.#own.has(written.toLowerCase())) return 'text';
    return { kind: 'cue', raw, name, cue: bracketCue(raw, name, given ?? '') };
  }

  /** `<face name="joy" duration="2"/>`, `<think>`, `</answer>`, `<|im_end|>`. */
  element(text: string): Reading {
    const template = /^<([|｜])[^<>|｜\n]{0,80}[|｜]>/.exec(text);
    if (template !== null) return { kind: 'dropped', raw: template[0], name: '', cue: undefined };
    const whole = /^<(\/?)([\p{L}_][\p{L}\p{N}_.-]*)(\s[^<>]*)?>/u.exec(text.slice(0, MAX_TAG + 1));
    if (whole === null) return this.#mayBeElement(text) ? 'partial' : 'text';
    const [raw, slash, written = '', rest = ''] = whole;
    const plain = written.toLowerCase().replace(/\/$/, '');
    if (raw.length > MAX_TAG) return 'text';
    if (this.#elements.has(plain))
      return { kind: slash === '' ? 'open' : 'close', raw, name: plain, cue: undefined };
    const name = this.#names.get(plain);
    if (name === undefined) return 'text';
    if (slash !== '') return { kind: 'dropped', raw, name, cue: undefined };
    return { kind: 'cue', raw, name, cue: elementCue(raw, name, rest) };
  }

  /** Whether a text that ends here and begins a tag can only be one: `[fac`, but not the `[a` of `list[a`. */
  isCutTag(text: string, before: string): boolean {
    if (text.startsWith('<')) return /^<[/|｜\p{L}]/u.test(text);
    return /^\[\/?\s*[\p{L}\p{N}_.-]/u.test(text) && (text.includes(':') || !/[A-Za-z0-9_)\]]$/.test(before));
  }

  #mayBeBracket(text: string): boolean {
    if (text.length > MAX_TAG) return false;
    const begun = /^\[\/?\s*([\p{L}\p{N}_.-]*)(\s*)([:=：][^[\]\n]*)?$/u.exec(text);
    if (begun === null) return false;
    const [, name = '', blanks = '', value] = begun;
    return this.#mayBe(name, blanks !== '' || value !== undefined, this.#names.keys());
  }

  #mayBeElement(text: string): boolean {
    if (/^<[|｜][^<>|｜\n]{0,80}[|｜]?$/.test(text)) return true;
    if (text.length > MAX_TAG) return false;
    const begun = /^<\/?([\p{L}\p{N}_.-]*)(\s[^<>]*|\/)?$/u.exec(text);
    if (begun === null) return false;
    const [, name = '', rest] = begun;
    return this.#mayBe(name, rest !== undefined, [...this.#names.keys(), ...this.#elements]);
  }

  #mayBe(name: string, isWhole: boolean, names: Iterable<string>): boolean {
    const plain = name.toLowerCase();
    for (const known of names) if (isWhole ? known === plain : known.startsWith(plain)) return true;
    return false;
  }
}

function bracketCue(raw: string, name: string, given: string): Cue {
  const timed = /^(.*?)\s*,\s*(\d+(?:\.\d+)?)\s*(m?s)?$/su.exec(given);
  const value = timed?.[1] ?? given;
  return {
    name,
    value,
    durationMs: timed === null ? undefined : inMs(timed[2], timed[3]),
    attributes: {},
    raw,
  };
}

function elementCue(raw: string, name: string, rest: string): Cue {
  const attributes: Record<string, string> = {};
  for (const [, key = '', double, single, bare] of rest.matchAll(ATTRIBUTE))
    if (key !== '__proto__') attributes[key.toLowerCase()] = double ?? single ?? bare ?? '';
  const key =
    VALUE_ATTRIBUTES.find((known) => attributes[known] !== undefined) ??
    Object.keys(attributes).find((known) => !DURATION_ATTRIBUTES.includes(known));
  const given = attributes['durationms'] ?? attributes['duration'];
  const timed = /^(\d+(?:\.\d+)?)\s*(m?s)?$/.exec(given ?? '');
  const unit = attributes['durationms'] === undefined ? timed?.[2] : 'ms';
  return {
    name,
    value: key === undefined ? '' : (attributes[key] ?? '').trim(),
    durationMs: timed === null ? undefined : inMs(timed[1], unit),
    attributes,
    raw,
  };
}

/** Seconds unless they say otherwise. More than an hour is none. */
function inMs(amount: string | undefined, unit: string | undefined): number | undefined {
  const ms = Number(amount) * (unit === 'ms' ? 1 : 1000);
  return ms > 0 && ms <= 3_600_000 ? Math.round(ms) : undefined;
}
