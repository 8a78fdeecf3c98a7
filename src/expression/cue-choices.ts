import { EMOTIONS } from './emotions.js';
import { builtInTable } from './peer-table.js';
import type { ExpressionSettings } from './settings.js';

/** Cues that the settings have something for, of one name. */
export interface CueChoice {
  /** `face`, `animation`, `emotion`, or a tag of the user's own. */
  readonly name: string;
  /** None: a tag without a value. */
  readonly values: readonly string[];
  /** What the values mean, for the model; '' where they say it themselves. */
  readonly about: string;
}

/** What a model may show, in the order in which it is told. */
export function cueChoices({ tags, peer, vrchat }: ExpressionSettings): readonly CueChoice[] {
  const keys = [
    ...Object.keys(peer?.actions ?? {}),
    ...(peer?.builtIn === true ? Object.keys(builtInTable(peer.motionFolder)) : []),
  ];
  const faces = unique([...valuesOf(keys, 'face'), ...Object.keys(vrchat?.faces ?? {})]).map((face) =>
    face.toLowerCase(),
  );
  const feeling = tags.numberedEmotions
    ? numbered()
    : { name: 'face', values: unique(mainFaces(faces)), about: '' };
  const animations = { name: 'animation', values: unique(valuesOf(keys, 'animation')), about: '' };
  const own = tags.own.map((name) => ({ name, values: valuesOf(keys, name), about: '' }));
  return [...[feeling, animations].filter(({ values }) => values.length > 0), ...own];
}

function numbered(): CueChoice {
  const felt = EMOTIONS.filter(({ number }) => number > 0);
  return {
    name: 'emotion',
    values: felt.map(({ number }) => String(number)),
    about: felt.map(({ number, words }) => `${number} ${words}`).join('\n'),
  };
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
