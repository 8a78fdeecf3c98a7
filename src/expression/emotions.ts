import type { Cue } from './cue.js';

/** An emotion of the ChatGPT document: its number, its words, its motion and a picture for terminals. */
export interface Emotion {
  readonly number: number;
  /** The first is the name; the others mean the same. */
  readonly faces: readonly string[];
  /** For the model. */
  readonly words: string;
  readonly vmd: string;
  readonly emoji: string;
}

/** @source MMDAgent-EX docs "Connect to ChatGPT": list of emotions, `emotion_list` */
export const EMOTIONS: readonly Emotion[] = [
  emotion(0, ['neutral', 'normal', 'none'], 'normal', '00_normal.vmd', '😐'),
  emotion(1, ['joy', 'happy'], 'joy, happy', '01_happy.vmd', '😊'),
  emotion(2, ['amusement', 'fun', 'laugh'], 'amusement', '02_laugh.vmd', '😆'),
  emotion(3, ['smile', 'calm', 'relaxed'], 'smile, calm', '03_smile.vmd', '🙂'),
  emotion(4, ['surprise', 'surprised'], 'surprise', '08_surprise.vmd', '😲'),
  emotion(5, ['disgust'], 'disgust', '21_disgust.vmd', '🤢'),
  emotion(6, ['contempt'], 'contempt', '25_sharpeyessuspicion.vmd', '😒'),
  emotion(7, ['frustration', 'frustrated'], 'frustration', '32_frustrated.vmd', '😣'),
  emotion(8, ['anger', 'angry'], 'anger', '33_angry.vmd', '😠'),
  emotion(9, ['sad', 'sorrow', 'sadness'], 'sad', '34_sad.vmd', '😢'),
];

/** The emotion that a number or a name of a face means. */
export function emotionOf(value: string): Emotion | undefined {
  const plain = value.trim().toLowerCase();
  return EMOTIONS.find(({ number, faces }) => String(number) === plain || faces.includes(plain));
}

/** The face that a cue asks for, in small letters; undefined: the cue is about something else. */
export function faceOf({ name, value }: Cue): string | undefined {
  if (name === 'face') return value.toLowerCase();
  return name === 'emotion' ? (emotionOf(value)?.faces[0] ?? value.toLowerCase()) : undefined;
}

/** The entry of a table for a face: by its own name, else by one that means the same. */
export function byFace<T>(table: Readonly<Record<string, T>>, face: string): T | undefined {
  const names = new Map(Object.entries(table).map(([name, entry]) => [name.toLowerCase(), entry]));
  const own = names.get(face);
  if (own !== undefined) return own;
  const same = emotionOf(face)?.faces.find((name) => names.has(name));
  return same === undefined ? undefined : names.get(same);
}

function emotion(
  number: number,
  faces: readonly string[],
  words: string,
  vmd: string,
  emoji: string,
): Emotion {
  return { number, faces, words, vmd, emoji };
}
