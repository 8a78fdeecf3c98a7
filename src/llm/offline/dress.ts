import type { Conversation } from './conversation.js';

/** How a sentence is meant; `calm` needs no face. */
export type Mood = 'joy' | 'fun' | 'sad' | 'surprise' | 'calm';

/** One sentence of a reply. */
export interface Say {
  readonly mood: Mood;
  readonly text: string;
  /** A tag that stands before it if the prompt knows it: `animation:wave`, `vision:camera`. */
  readonly tag?: string;
}

/** Names of faces and emotions in prompts, the best first. */
const FACES: Readonly<Record<Mood, readonly string[]>> = {
  joy: ['joy', 'happy', 'smile', 'fun'],
  fun: ['fun', 'amusement', 'laugh', 'joy', 'happy'],
  sad: ['sorrow', 'sad', 'sadness'],
  surprise: ['surprise', 'surprised', 'astonished'],
  calm: ['neutral', 'calm'],
};

/**
 * Sentences with the control tags that the system prompt asks for, in the form in which it writes them: `[face:joy]`, `<face name="joy"/>`
 * or `1 ` before a sentence. A prompt that speaks of none gets none.
 */
export function dressed(says: readonly Say[], { system, language }: Conversation): string {
  const faces = facesOf(system);
  const glue = language === 'ja' ? '' : ' ';
  let mood: Mood = 'calm';
  const sentences = says.map((say) => {
    const changes = say.mood !== mood;
    mood = say.mood;
    return `${tagOf(system, say.tag)}${faces(say.mood, changes)}${say.text}`;
  });
  return languageTag(system, language) + sentences.join(glue);
}

type FaceOf = (mood: Mood, changes: boolean) => string;

function facesOf(system: string): FaceOf {
  const numbers = numberedEmotions(system);
  if (numbers !== undefined) return (mood) => `${numbers(mood) ?? 0} `;
  const form = formOf(system, 'face');
  if (form === undefined) return () => '';
  const known = new Set([...form.values, ...bulletsOf(system)]);
  return (mood, changes) => {
    const face = changes ? FACES[mood].find((name) => known.has(name)) : undefined;
    return face === undefined ? '' : form.write(face);
  };
}

interface TagForm {
  /** Values that the prompt writes in this form. */
  readonly values: readonly string[];
  readonly write: (value: string) => string;
}

/** How the prompt writes a tag; undefined: it does not. */
function formOf(system: string, name: string): TagForm | undefined {
  const bracket = [...system.matchAll(new RegExp(`\\[${name}:([\\w-]+)`, 'g'))];
  if (bracket.length > 0)
    return { values: bracket.map(([, value = '']) => value), write: (value) => `[${name}:${value}]` };
  const xml = [...system.matchAll(new RegExp(`<${name}\\s+([\\w-]+)="([\\w-]+)"\\s*/>`, 'g'))];
  const [first] = xml;
  if (first === undefined) return undefined;
  const [, attribute = 'name'] = first;
  return {
    values: xml.map(([, , value = '']) => value),
    write: (value) => `<${name} ${attribute}="${value}"/>`,
  };
}

function bulletsOf(system: string): readonly string[] {
  return [...system.matchAll(/^\s*[-*]\s*([a-z_]+)\s*$/gim)].map(([, word = '']) => word.toLowerCase());
}

/** `1 joy,happy` and so on, when the prompt wants such a number before each sentence. */
function numberedEmotions(system: string): ((mood: Mood) => string | undefined) | undefined {
  const lines = [...system.matchAll(/^\s*([1-9])\s+([a-z]+(?:\s*,\s*[a-z]+)*)\s*$/gim)];
  if (lines.length < 3) return undefined;
  return (mood) =>
    FACES[mood]
      .map(
        (face) =>
          lines.find(([, , names = '']) =>
            names
              .toLowerCase()
              .split(/\s*,\s*/)
              .includes(face),
          )?.[1],
      )
      .find((number) => number !== undefined);
}

/** `animation:wave` as the prompt writes it, duration and all; '' when it does not. */
function tagOf(system: string, tag: string | undefined): string {
  if (tag === undefined) return '';
  const [name = '', value = ''] = tag.split(':');
  const known = new RegExp(`\\[${name}:${value}(?:,[\\d.]+)?\\]`).exec(system)?.[0];
  if (known !== undefined) return known;
  const form = formOf(system, name);
  return form?.values.includes(value) === true ? form.write(value) : '';
}

function languageTag(system: string, language: string): string {
  const form = formOf(system, 'language');
  const value = form?.values.find((known) => known.toLowerCase().startsWith(language));
  return form === undefined || value === undefined ? '' : form.write(value);
}
