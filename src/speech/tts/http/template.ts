import { xmlText } from '../../../runtime/index.js';
import { wellFormed } from '../../http/markup.js';

/** What a template may name, and what it stands for. */
export const PLACEHOLDERS = {
  text: 'what to say',
  voice: "the voice of the request or the engine's option",
  language: 'BCP 47 as it is asked for, such as ja or en-GB',
  locale: 'the language with its region, such as ja-JP',
  lang: 'the language without its region, such as ja',
  speed: '1 is as the voice speaks, 2 twice as fast',
  length: 'the reverse of speed: 0.5 is twice as fast',
  instructions: 'how to say it, in words',
  key: 'apiKey',
} as const;

export type Placeholder = keyof typeof PLACEHOLDERS;

/** Values to fill in; one that is undefined leaves its field out where it stands alone, and is empty elsewhere. */
export type TemplateValues = Readonly<Record<Placeholder, string | number | undefined>>;

/** How a value is written where the template stands. */
export type Escaping = 'none' | 'url' | 'json' | 'xml' | 'form';

const PATTERN = /\{\{\s*([A-Za-z0-9]+)(:text)?\s*\}\}/g;
const ALONE = /^\{\{\s*([A-Za-z0-9]+)(:text)?\s*\}\}$/;

const ESCAPES: Readonly<Record<Escaping, (text: string) => string>> = {
  none: (text) => text,
  url: (text) => encodeURIComponent(wellFormed(text)),
  json: (text) => JSON.stringify(text).slice(1, -1),
  xml: xmlText,
  form: (text) => new URLSearchParams({ v: text }).toString().slice(2),
};

/** Names in a template, however deep, that are no placeholders. */
export function unknownPlaceholders(template: unknown): readonly string[] {
  const names = new Set<string>();
  visit(template, (text) => {
    for (const [, name = ''] of text.matchAll(PATTERN))
      if (!Object.hasOwn(PLACEHOLDERS, name)) names.add(name);
  });
  return [...names];
}

/** A text with its placeholders filled in, written as its place needs it: nothing in a value can end it or add to it. */
export function filledText(template: string, values: TemplateValues, escaping: Escaping): string {
  return template.replace(PATTERN, (_whole, name: string) =>
    ESCAPES[escaping](String(valueFor(values, name) ?? '')),
  );
}

/**
 * An object with the placeholders in its texts filled in. A text that is a placeholder and nothing else becomes the value itself (a
 * number stays one, unless it is `{{speed:text}}`), and without a value its field is left out.
 */
export function filledValue(template: unknown, values: TemplateValues): unknown {
  if (typeof template === 'string') {
    const [, name, asText] = ALONE.exec(template) ?? [];
    if (name === undefined) return filledText(template, values, 'none');
    const value = valueFor(values, name);
    return asText === undefined || value === undefined ? value : String(value);
  }
  if (Array.isArray(template)) {
    return template.map((item: unknown) => filledValue(item, values)).filter((item) => item !== undefined);
  }
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template)
      .map(([key, item]) => [key, filledValue(item, values)] as const)
      .filter(([, item]) => item !== undefined),
  );
}

function valueFor(values: TemplateValues, name: string): string | number | undefined {
  return Object.hasOwn(values, name) ? values[name as Placeholder] : undefined;
}

function visit(template: unknown, look: (text: string) => void): void {
  if (typeof template === 'string') look(template);
  else if (typeof template === 'object' && template !== null)
    for (const item of Object.values(template)) visit(item, look);
}
