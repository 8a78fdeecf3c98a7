import type { FindingText, Language } from '../finding.js';

/** One finding's texts. Both languages have the same `{places}`. */
export type TextRow = Readonly<Record<Language, FindingText>>;

/** The names of the `{places}` in a text. */
export type Places<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Places<Rest>
  : never;
