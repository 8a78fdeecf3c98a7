import type { Cue } from './cue.js';
import { byFace, EMOTIONS, faceOf } from './emotions.js';
import type { PeerAction, PeerSinkSettings } from './settings.js';

export type ActionTable = Readonly<Record<string, PeerAction | readonly PeerAction[]>>;

/** Phases and moments that a table may have actions for. */
export const MOMENTS = ['idle', 'listening', 'thinking', 'speaking', 'start', 'end'] as const;

/** The ten motions of the ChatGPT document, by number and by name. */
export function builtInTable(motionFolder: string): ActionTable {
  const entries = EMOTIONS.flatMap(({ number, faces, vmd }) => {
    const action: PeerAction = { motion: `${motionFolder.replace(/\/$/, '')}/${vmd}` };
    return [
      [`emotion:${number}`, action] as const,
      ...faces.map((face) => [`face:${face}`, action] as const),
    ];
  });
  return Object.fromEntries(entries);
}

/** What the settings and the built-in table say about cues and moments. */
export class PeerTable {
  /** By key in small letters. */
  readonly #own: ReadonlyMap<string, readonly PeerAction[]>;
  readonly #builtIn: ReadonlyMap<string, readonly PeerAction[]>;
  readonly #ownFaces: Readonly<Record<string, readonly PeerAction[]>>;

  constructor({
    actions,
    builtIn,
    motionFolder,
  }: Pick<PeerSinkSettings, 'actions' | 'builtIn' | 'motionFolder'>) {
    this.#own = lowered(actions);
    this.#builtIn = builtIn ? lowered(builtInTable(motionFolder)) : new Map();
    this.#ownFaces = Object.fromEntries(
      [...this.#own].flatMap(([key, entry]) => (key.startsWith('face:') ? [[key.slice(5), entry]] : [])),
    );
  }

  /**
   * The user's entry for the very cue, for a face that means the same, or for any value (`face:*`); then the built-in one.
   *
   * @returns undefined: nothing is known of it.
   */
  forCue(cue: Cue): readonly PeerAction[] | undefined {
    const name = cue.name.toLowerCase();
    const key = `${name}:${cue.value.toLowerCase()}`;
    const face = faceOf(cue);
    return (
      this.#own.get(key) ??
      (cue.value === '' ? this.#own.get(name) : undefined) ??
      (face === undefined ? undefined : byFace(this.#ownFaces, face)) ??
      this.#own.get(`${name}:*`) ??
      this.#builtIn.get(key) ??
      (face === undefined ? undefined : this.#builtIn.get(`face:${face}`))
    );
  }

  forMoment(moment: (typeof MOMENTS)[number]): readonly PeerAction[] {
    return this.#own.get(moment) ?? [];
  }
}

function lowered(table: ActionTable): Map<string, readonly PeerAction[]> {
  return new Map(
    Object.entries(table).map(([key, entry]) => [key.toLowerCase(), Array.isArray(entry) ? entry : [entry]]),
  );
}
