import { EMOTIONS } from './emotions.js';
import { builtInTable } from './peer-table.js';
import type { ExpressionSettings } from './settings.js';

/**
 * What a model must know to use the tags that the settings have something for; it belongs behind the system prompt.
 *
 * @returns '' when there is nothing to tell, or `tellModel` is off.
 */
export function promptFor({ tags, peer, vrchat, tellModel }: ExpressionSettings): string {
  if (!tellModel) return '';
  const keys = [
    ...Object.keys(peer?.actions ?? {}),
    ...(peer?.builtIn === true ? Object.keys(builtInTable(peer.motionFolder)) : []),
  ];
  const faces = unique([...valuesOf(keys, 'face'), ...Object.keys(vrchat?.faces ?? {})]).map((face) =>
    face.toLowerCase(),
  );
  const animations = unique(valuesOf(keys, 'animation'));
  const own = tags.own.flatMap((name) => {
    const values = valuesOf(keys, name);
    return values.length === 0 ? [`[${name}]`] : values.map((value) => `[${name}:${value}]`);
  });
  const parts = [
    ...(tags.numberedEmotions ? [numbered()] : faceLine(unique(mainFaces(faces)))),
    ...line('Before a sentence that goes with a movement, write one of', animations, 'animation'),
    ...(own.length === 0 ? [] : [`Where they fit, you may also write: ${own.join(' ')}`]),
  ];
  if (parts.length === 0) return '';
  return `${parts.join('\n\n')}\n\nThese marks are neither spoken nor shown. Write them exactly so, and no others.`;
}

function numbered(): string {
  const list = EMOTIONS.filter(({ number }) => number > 0).map(({ number, words }) => `${number} ${words}`);
  return `Begin every sentence with the number of the emotion it is said with and a blank (for example "1 Hello!"); 0 is none.\n${list.join('\n')}`;
}

function faceLine(faces: readonly string[]): readonly string[] {
  return line(
    'Before a sentence that is said with a feeling, write the face that goes with it, one of',
    faces,
    'face',
  );
}

function line(text: string, values: readonly string[], name: string): readonly string[] {
  return values.length === 0 ? [] : [`${text}: ${values.map((value) => `[${name}:${value}]`).join(' ')}`];
}

/** Of names that mean the same only the first is told. */
function mainFaces(faces: readonly string[]): readonly string[] {
  const seen = new Set<number>();
  return faces.filter((face) => {
    const emotion = EMOTIONS.find((known) => known.faces.includes(face));
    if (emotion === undefined) return true;
    const isNew = !seen.has(emotion.number);
    seen.add(emotion.number);
    return isNew;
  });
}

function valuesOf(keys: readonly string[], name: string): readonly string[] {
  const start = `${name.toLowerCase()}:`;
  return keys
    .filter((key) => key.toLowerCase().startsWith(start) && !key.endsWith(':*'))
    .map((key) => key.slice(start.length));
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
